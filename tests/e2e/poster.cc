// Posts bulletins over many control connections at once, or asks for posted ones again: what the
// drills of tests/e2e need and `rilon`, one process a command, is too slow for.
//
//   poster PROFILE.toml PASSPHRASE-FILE post AUDIENCE CLIENTS SECONDS POSTS LOG
//       until SIGTERM, SECONDS or POSTS (0: no limit). Each acknowledged alert's id is a line of
//       LOG, written out before the next step. A connection without an answer is made anew.
//   poster PROFILE.toml PASSPHRASE-FILE show IDS
//       every id of the file IDS; prints those that can't be read; exit 1 if there are any
//   poster PROFILE.toml PASSPHRASE-FILE slowly AUDIENCE
//       one post: prepares, says so, commits when a line comes on stdin; prints the outcome's code
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>

#include "config/file_io.h"
#include "config/key_file.h"
#include "node/control.pb.h"
#include "node/system.h"
#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "tools/alert_input.h"
#include "tools/control_client.h"
#include "tools/rilon/profile.h"

namespace rilon {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(5);
constexpr auto pause_after_refusal = std::chrono::milliseconds(100);
constexpr std::uint64_t show_ms_max = 10'000;

volatile std::sig_atomic_t stop_wanted = 0;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "poster: {}\n", why);
    std::exit(2);
}
template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error().detail);
    return std::move(*result);
}

struct Account {
    ControlAddress address;
    PersonalKey key;
};

Account open_account(const std::string& profile_file, const std::string& passphrase_file) {
    Profile profile = must(load_profile_file(profile_file, "poster"));
    Bytes phrase = must(read_secret_file(passphrase_file, passphrase_bytes_max));
    std::string text(as_text(phrase));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    Bytes armour = must(read_secret_file(profile.key_file, 64 * 1024));
    return {{profile.node, must(TransportPublicKey::parse_hex(profile.node_key))},
            must(open_personal_key(as_text(armour), text))};
}

Signature signature_of(const PersonalKey& key, const NetworkId& network,
                       const proto::PreparedPart& part) {
    return sign(key.sign.sk,
                officer_message(network, must(StreamId::parse(part.stream_id())),
                                must(AlertId::parse(part.alert_id())), as_bytes(part.operation())));
}

struct Limits {
    std::string audience;
    std::size_t clients = 1;
    std::chrono::seconds seconds{0};
    std::size_t posts = 0;
};

// One connection: hello, then prepare and commit for ever.
class Client {
   public:
    enum class Phase { dialled, idle, hello, prepare, commit };

    Client(zmq::context_t& context, const Account& account, const std::string& audience, int number)
        : context_(context), account_(account), audience_(audience), number_(number) {
        dial();
    }

    zmq::socket_t& socket() { return *socket_; }
    // The id of an alert that was acknowledged.
    std::optional<AlertId> receive() {
        while (auto message = receive_message(*socket_)) {
            proto::Response response;
            if (message->parts.size() != 1 ||
                !response.ParseFromArray(message->parts[0].data(),
                                         static_cast<int>(message->parts[0].size())))
                give_up("an answer can't be read");
            if (response.id() != request_) continue;
            if (auto alert = take(response)) return alert;
        }
        return std::nullopt;
    }
    void push(Clock::time_point now, bool more) {
        bool gone = phase_ > Phase::idle && now >= deadline_;
        while (auto event = monitor_->next())
            gone = gone || event->kind == ConnectionEvent::Kind::refused ||
                   (phase_ != Phase::dialled && event->kind == ConnectionEvent::Kind::gone);
        if (gone) {
            dial();
            not_before_ = now + pause_after_refusal;
        }
        if (now < not_before_) return;
        proto::Request request;
        if (phase_ == Phase::dialled) {
            request.mutable_hello()->set_software("poster");
            send(request, Phase::hello);
        } else if (phase_ == Phase::idle && more) {
            prepare();
        }
    }
    bool idle() const { return phase_ <= Phase::idle; }
    std::map<std::string, std::size_t>& refused() { return refused_; }

   private:
    void dial() {
        monitor_.reset();
        socket_ = std::make_unique<zmq::socket_t>(make_client_socket(
            context_, zmq::socket_type::dealer, {account_.key.transport, account_.address.server}));
        socket_->set(zmq::sockopt::reconnect_ivl, 20);
        socket_->set(zmq::sockopt::reconnect_ivl_max, 0);
        monitor_ = std::make_unique<ConnectionMonitor>(context_, *socket_);
        socket_->connect(account_.address.endpoint);
        phase_ = Phase::dialled;
    }
    void send(proto::Request& request, Phase next) {
        request.set_id(request_ + 1);
        const std::string bytes = request.SerializeAsString();
        if (send_message(*socket_, {as_bytes(bytes)}) != Sent::yes) return;
        ++request_;
        phase_ = next;
        deadline_ = Clock::now() + patience;
    }
    void prepare() {
        PostRequest wanted;
        wanted.template_name = "bulletin";
        wanted.text = fmt::format("Bulletin {} of client {}", ++written_, number_);
        proto::Request request;
        *request.mutable_prepare()->mutable_operation()->mutable_publish() =
            must(build_alert(wanted, SystemClock().now(), rng_));
        request.mutable_prepare()->mutable_wish()->set_audience(audience_);
        send(request, Phase::prepare);
    }
    void commit(const proto::PreparedResponse& prepared) {
        proto::Request request;
        request.mutable_commit()->set_ticket(prepared.ticket());
        for (const proto::PreparedPart& part : prepared.parts())
            request.mutable_commit()->add_signatures(
                signature_of(account_.key, network_, part).str());
        phase_ = Phase::idle;
        send(request, Phase::commit);
    }
    std::optional<AlertId> take(const proto::Response& response) {
        const Phase was = std::exchange(phase_, Phase::idle);
        if (response.has_failure()) {
            ++refused_[response.failure().code()];
            not_before_ = Clock::now() + pause_after_refusal;
        } else if (was == Phase::hello) {
            network_ = must(NetworkId::parse(response.hello().network_id()));
        } else if (was == Phase::prepare) {
            commit(response.prepared());
        } else if (was == Phase::commit) {
            return must(AlertId::parse(response.posted().alert_id()));
        }
        return std::nullopt;
    }

    zmq::context_t& context_;
    const Account& account_;
    const std::string& audience_;
    int number_;
    SystemRng rng_;
    std::unique_ptr<zmq::socket_t> socket_;
    std::unique_ptr<ConnectionMonitor> monitor_;  // Dies first.
    Phase phase_ = Phase::dialled;
    NetworkId network_;
    std::uint64_t request_ = 0;
    std::uint64_t written_ = 0;
    Clock::time_point deadline_{};
    Clock::time_point not_before_{};
    std::map<std::string, std::size_t> refused_;
};

int post(const Account& account, const Limits& limits, const char* log_file) {
    const int log = ::open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) give_up(std::string("can't write ") + log_file);
    zmq::context_t context;
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < limits.clients; ++i)
        clients.push_back(
            std::make_unique<Client>(context, account, limits.audience, static_cast<int>(i)));
    const auto began = Clock::now();
    std::size_t done = 0;
    std::vector<zmq::pollitem_t> items(clients.size());
    for (bool busy = true; busy;) {
        const auto now = Clock::now();
        const bool more = stop_wanted == 0 && (limits.posts == 0 || done < limits.posts) &&
                          (limits.seconds.count() == 0 || now - began < limits.seconds);
        busy = more;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i]->push(now, more);
            busy = busy || !clients[i]->idle();
            items[i] = {clients[i]->socket().handle(), 0, ZMQ_POLLIN, 0};
        }
        if (stop_wanted != 0) busy = false;
        try {
            zmq::poll(items, std::chrono::milliseconds(20));
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
        }
        for (auto& client : clients)
            while (auto alert = client->receive()) {
                ++done;
                const std::string line = format_alert_id(*alert) + "\n";
                if (::write(log, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
                    give_up(std::string("can't write ") + log_file);
            }
    }
    const std::chrono::duration<double> took = Clock::now() - began;
    fmt::print("{} acknowledged in {:.2f} s, {:.0f} a second\n", done, took.count(),
               static_cast<double>(done) / took.count());
    std::map<std::string, std::size_t> refused;
    for (auto& client : clients)
        for (const auto& [code, n] : client->refused()) refused[code] += n;
    for (const auto& [code, n] : refused) fmt::print("refused {} {}\n", code, n);
    ::close(log);
    return 0;
}

int show(const Account& account, const char* ids_file) {
    auto node = must(ControlConnection::open(account.address, account.key.transport));
    std::ifstream ids(ids_file);
    std::size_t missing = 0;
    std::size_t found = 0;
    for (std::string id; std::getline(ids, id);) {
        proto::Request request;
        request.mutable_show()->set_alert(id);
        auto response = node.call(request, show_ms_max);
        if (response && response->show().row().has_alert()) {
            ++found;
            continue;
        }
        if (!response && response.code() == Errc::unreachable) give_up("the node has gone");
        ++missing;
        fmt::print("{} {}\n", id, response ? "no content" : response.error().detail);
    }
    fmt::print("{} readable, {} not\n", found, missing);
    return missing == 0 ? 0 : 1;
}

// An officer who looks at the preview for a while.
int post_slowly(const Account& account, const std::string& audience) {
    auto node = must(ControlConnection::open(account.address, account.key.transport));
    proto::Request hello;
    hello.mutable_hello()->set_software("poster");
    const auto greeted = must(node.call(hello, show_ms_max));
    const auto network = must(NetworkId::parse(greeted.hello().network_id()));
    PostRequest wanted;
    wanted.template_name = "bulletin";
    wanted.text = "Thought over for a while";
    SystemRng rng;
    proto::Request prepare;
    *prepare.mutable_prepare()->mutable_operation()->mutable_publish() =
        must(build_alert(wanted, SystemClock().now(), rng));
    prepare.mutable_prepare()->mutable_wish()->set_audience(audience);
    const auto prepared = must(node.call(prepare, show_ms_max)).prepared();
    fmt::print("prepared\n");
    std::fflush(stdout);
    while (std::getchar() != '\n') {
    }
    proto::Request commit;
    commit.mutable_commit()->set_ticket(prepared.ticket());
    for (const proto::PreparedPart& part : prepared.parts())
        commit.mutable_commit()->add_signatures(signature_of(account.key, network, part).str());
    auto done = node.call(commit, show_ms_max);
    fmt::print("{}\n", done ? "posted" : errc_name(done.code()));
    return 0;
}

int main_of(int argc, char** argv) {
    const std::string what = argc > 3 ? argv[3] : "";
    if (!(what == "post" && argc == 9) && !(what == "show" && argc == 5) &&
        !(what == "slowly" && argc == 5))
        give_up("usage: the first lines of poster.cc");
    std::signal(SIGTERM, [](int) { stop_wanted = 1; });
    if (Status ready = secrets_init(); !ready) give_up(ready.error().detail);
    const Account account = open_account(argv[1], argv[2]);
    if (what == "show") return show(account, argv[4]);
    if (what == "slowly") return post_slowly(account, argv[4]);
    return post(account,
                {argv[4], std::stoul(argv[5]), std::chrono::seconds(std::stoul(argv[6])),
                 std::stoul(argv[7])},
                argv[8]);
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::main_of(argc, argv);
}
