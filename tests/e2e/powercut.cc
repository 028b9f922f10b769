// Row 9: power cuts. Replays what record_shim.c wrote down of a posting rilond and makes the states
// in which a disk may be when the power fails: everything flushed is there; of what was not, writes
// are missing, or torn by sectors, in any choice. Each state is opened by the node's own code in a
// process of its own: it must open, everything acknowledged before must be there and readable, what
// was withdrawn must stay withdrawn, a purge cut short must go on, and the store must take a batch.
//
//   powercut NODE.toml LOG BASE SCRATCH STATES SEED [ignore-flushes] [keep N]
//       BASE: the store's directory as it was when LOG began. `ignore-flushes`: as if the disk had
//       lied; states must then fail, or the rest proves nothing. `keep N`: leaves N states in
//       SCRATCH/keep-0 …, the ids they must have in SCRATCH/keep-0.ids …
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "config/armour.h"
#include "config/key_file.h"
#include "config/node_config.h"
#include "node/control.pb.h"
#include "node/identity_file.h"
#include "node/node.h"
#include "node/query.h"
#include "node/system.h"
#include "protocol/short_id.h"
#include "store/lmdb_store.h"

namespace rilon {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t sector_bytes = 512;
constexpr std::uint64_t map_bytes = 24ull << 20;
constexpr std::size_t shown_in_full = 6;  // Of the newest alerts of a state.
constexpr std::size_t told_max = 5;
constexpr unsigned judged_seconds_max = 30;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "powercut: {}\n", why);
    std::exit(2);
}
template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error().detail);
    return std::move(*result);
}

// --- what happened -----------------------------------------------------------------------------

struct Head {  // As in record_shim.c.
    char type;
    char padding[7];
    std::uint64_t inode;
    std::uint64_t at;
    std::uint64_t name_size;
    std::uint64_t data_size;
};
struct Record {
    char type;
    std::uint64_t inode;
    std::uint64_t at;
    std::uint64_t size;
    std::string name;
    std::string data;
};

std::vector<Record> read_log(const char* path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<Record> out;
    for (Head head{}; in.read(reinterpret_cast<char*>(&head), sizeof head);) {
        Record one{head.type, head.inode, head.at, head.data_size, {}, {}};
        one.name.resize(head.name_size);
        one.data.resize(one.type == 'D' ? 0 : head.data_size);
        in.read(one.name.data(), static_cast<std::streamsize>(one.name.size()));
        in.read(one.data.data(), static_cast<std::streamsize>(one.data.size()));
        if (!in) give_up("the log ends within a record");
        if (one.type == 'M') give_up("the store writes through its map: none of it is in the log");
        out.push_back(std::move(one));
    }
    return out;
}

// --- the disk ----------------------------------------------------------------------------------

// A sparse file.
struct Image {
    std::uint64_t size = 0;
    std::map<std::uint64_t, std::array<char, page_bytes>> pages;

    void write(std::uint64_t at, std::string_view bytes) {
        size = std::max(size, at + bytes.size());
        while (!bytes.empty()) {
            const std::uint64_t inside = at % page_bytes;
            const std::size_t n = std::min<std::size_t>(bytes.size(), page_bytes - inside);
            std::copy_n(bytes.begin(), n,
                        pages[at / page_bytes].begin() + static_cast<long>(inside));
            bytes.remove_prefix(n);
            at += n;
        }
    }
    void truncate(std::uint64_t to) {
        size = to;
        pages.erase(pages.lower_bound((to + page_bytes - 1) / page_bytes), pages.end());
    }
    void save(const fs::path& path) const {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        bool good = fd >= 0 && ::ftruncate(fd, static_cast<off_t>(size)) == 0;
        for (const auto& [n, page] : pages) {
            const std::uint64_t left = std::min(page_bytes, size - n * page_bytes);
            good = good && ::pwrite(fd, page.data(), left, static_cast<off_t>(n * page_bytes)) ==
                               static_cast<ssize_t>(left);
        }
        if (!good) give_up("can't write " + path.string());
        ::close(fd);
    }
    static Image load(const fs::path& path) {
        std::ifstream in(path, std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(in), {});
        Image out;
        out.size = bytes.size();
        for (std::uint64_t at = 0; at < bytes.size(); at += page_bytes) {
            const std::string_view page = std::string_view(bytes).substr(at, page_bytes);
            if (page.find_first_not_of('\0') != std::string_view::npos) out.write(at, page);
        }
        out.size = bytes.size();
        return out;
    }
};

// A write, or (without data) a change of the file's length to `at`.
struct Change {
    const Record* what;
    bool durable = false;
};
struct File {
    Image flushed;
    std::vector<Change> since;  // In order.
};
using FilePtr = std::shared_ptr<File>;
using Names = std::map<std::string, FilePtr>;

void apply(Image& image, const Change& change) {
    if (change.what->type == 'T')
        image.truncate(change.what->at);
    else
        image.write(change.what->at, change.what->data);
}

struct NameChange {
    char type;  // C created, R, L, U
    std::string name;
    std::string other;
    FilePtr file;
};
void apply(Names& names, const NameChange& change) {
    if (change.type == 'C') names[change.name] = change.file;
    if (change.type == 'L') names[change.other] = names.at(change.name);
    if (change.type == 'R') names[change.other] = names.at(change.name);
    if (change.type == 'R' || change.type == 'U') names.erase(change.name);
}

// The store's directory as it is known to the disk for sure, and what is on its way there.
class Disk {
   public:
    Disk(const fs::path& base, bool flushes_count) : flushes_count_(flushes_count) {
        for (const char* name : {"data.mdb", "keys.mdb"})
            if (fs::exists(base / name)) {
                flushed_[name] = std::make_shared<File>();
                flushed_[name]->flushed = Image::load(base / name);
            }
        now_ = flushed_;
    }
    void take(const Record& one) {
        switch (one.type) {
            case 'W':
            case 'T': file(one)->since.push_back({&one}); break;
            case 'D': return durable(one);
            case 'S': return flush(*file(one));
            case 'R':
            case 'L':
            case 'U': return rename({one.type, one.name, one.data, nullptr});
            case 'F':
                for (const NameChange& change : names_since_) rilon::apply(flushed_, change);
                names_since_.clear();
                break;
            default: break;
        }
    }
    bool anything_pending() const {
        return !names_since_.empty() || std::any_of(now_.begin(), now_.end(), [](const auto& one) {
            return std::any_of(one.second->since.begin(), one.second->since.end(),
                               [](const Change& change) { return !change.durable; });
        });
    }
    // One of the states that a power cut may leave, as files of an empty directory.
    void save(const fs::path& dir, Random& random) const {
        Names names = flushed_;
        const std::size_t kept = random() % (names_since_.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) rilon::apply(names, names_since_[i]);
        std::map<const File*, fs::path> saved;
        for (const auto& [name, file] : names) {
            auto known = saved.find(file.get());
            if (known != saved.end()) {
                fs::create_hard_link(known->second, dir / name);
                continue;
            }
            survivors(*file, random).save(dir / name);
            saved.emplace(file.get(), dir / name);
        }
    }

   private:
    FilePtr file(const Record& one) {
        auto known = inodes_.find(one.inode);
        if (known != inodes_.end()) return known->second;
        auto named = now_.find(one.name);
        if (named == now_.end()) {
            rename({'C', one.name, {}, std::make_shared<File>()});
            named = now_.find(one.name);
        }
        return inodes_.emplace(one.inode, named->second).first->second;
    }
    void rename(NameChange change) {
        rilon::apply(now_, change);
        names_since_.push_back(std::move(change));
        // The number of a file that has no name left may be another's next.
        std::erase_if(inodes_, [&](const auto& known) {
            return std::none_of(now_.begin(), now_.end(),
                                [&](const auto& named) { return named.second == known.second; });
        });
    }
    void durable(const Record& one) {
        auto& since = file(one)->since;
        for (auto change = since.rbegin(); change != since.rend(); ++change)
            if (change->what->type == 'W' && change->what->at == one.at) {
                change->durable = true;
                return;
            }
        give_up("the end of a write that did not begin");
    }
    void flush(File& file) const {
        if (!flushes_count_) return;
        for (const Change& change : file.since) rilon::apply(file.flushed, change);
        file.since.clear();
    }
    static Image survivors(const File& file, Random& random) {
        Image out = file.flushed;
        const std::uint64_t how = random() % 6;
        const std::size_t whole = file.since.empty() ? 0 : random() % (file.since.size() + 1);
        for (std::size_t i = 0; i < file.since.size(); ++i) {
            const Change& change = file.since[i];
            const bool all = change.durable || how == 1 || (how == 2 && random() % 2 == 0) ||
                             (how == 4 && i < whole);
            if (all) {
                rilon::apply(out, change);
                continue;
            }
            const unsigned percent = how == 3                 ? 50
                                     : how == 5               ? 90
                                     : how == 4 && i == whole ? 50
                                                              : 0;
            if (change.what->type == 'T' && random() % 100 < percent) rilon::apply(out, change);
            if (change.what->type == 'W') tear(out, *change.what, percent, random);
        }
        return out;
    }
    static void tear(Image& out, const Record& write, unsigned percent, Random& random) {
        if (percent == 0) return;
        for (std::uint64_t done = 0; done < write.data.size();) {
            const std::uint64_t at = write.at + done;
            const std::uint64_t size =
                std::min<std::uint64_t>(sector_bytes - at % sector_bytes, write.data.size() - done);
            if (random() % 100 < percent)
                out.write(at, std::string_view(write.data).substr(done, size));
            done += size;
        }
    }

    bool flushes_count_;
    Names flushed_;
    Names now_;
    std::vector<NameChange> names_since_;
    std::map<std::uint64_t, FilePtr> inodes_;
};

// --- what must hold ----------------------------------------------------------------------------

// What officers had been told when the power failed.
struct Told {
    std::vector<AlertId> posted;  // In order.
    std::set<AlertId> withdrawn;
    void take(const std::string& text) {
        constexpr std::string_view gone = "withdrawn ";
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
            const bool withdrawal = line.starts_with(gone);
            if (withdrawal) line.remove_prefix(gone.size());
            const AlertId id = must(parse_alert_id(line));
            if (withdrawal)
                withdrawn.insert(id);
            else
                posted.push_back(id);
        }
    }
};

struct Keys {
    explicit Keys(const char* config_file) : config(must(load_node_config(config_file))) {
        storage = must(load_storage_key(config.storage_key));
        identity = must(load_identity(config.identity, storage));
        const Bytes text = must(read_file(config.network, armour_text_max));
        options.network_file = must(parse_armour_of(ArmourKind::network, as_text(text)));
    }
    NodeConfig config;
    StorageKey storage;
    NodeIdentity identity;
    NodeOptions options;
};

using Verdict = std::string;  // Empty: all is well.

// The body opens with the key that the store has for it.
bool opens(const StoreView& store, const EntryRef& ref) {
    auto row = store.entry(ref.stream, ref.seq);
    auto key = store.entry_key(ref.stream, ref.seq);
    if (!row || !row->has_value() || (*row)->entry.absent() || !key) return false;
    const EntryId id = (*row)->entry.id();
    auto entry = trust_stored((*row)->entry, id);
    return entry.ok() && open_body(*entry, *key).ok();
}

Verdict all_there(const StoreView& store, const Node& node, const Told& told, UnixMillis now) {
    const auto directory = std::make_shared<const Directory>(node.directory());
    const QueryContext context{store, node.index(), directory, node.id(), 0, now, {}, {}};
    for (std::size_t i = 0; i < told.posted.size(); ++i) {
        const AlertId& id = told.posted[i];
        const auto alert = node.index().alert(id);
        if (!alert) return "lost: " + format_alert_id(id);
        if (told.withdrawn.contains(id)) {
            if (!alert->withdrawn()) return "not withdrawn any more: " + format_alert_id(id);
            continue;
        }
        if (alert->withdrawn()) continue;  // Its withdrawal was under way.
        if (!alert->readable() || !opens(store, alert->revisions.back()))
            return "can't be opened: " + format_alert_id(id);
        if (i + shown_in_full < told.posted.size()) continue;
        proto::Request request;
        request.mutable_show()->set_alert(format_alert_id(id));
        const Bytes answer = answer_query(to_bytes(as_bytes(request.SerializeAsString())), context);
        proto::Response response;
        if (!response.ParseFromArray(answer.data(), static_cast<int>(answer.size())) ||
            !response.show().row().has_alert())
            return "can't be shown: " + format_alert_id(id);
    }
    return {};
}

Verdict judge(Keys& keys, const fs::path& dir, const Told& told) {
    SystemRng rng;
    const UnixMillis now = SystemClock().now();
    auto store = LmdbStore::open({dir.string(), keys.storage, map_bytes, rng});
    if (!store) return "does not open: " + store.error().detail;
    auto node = Node::start(keys.identity, keys.options, **store, rng, now);
    if (!node) return "does not start: " + node.error().detail;
    if (Status audit = (*store)->verify_audit(); !audit) return audit.error().detail;
    if (Verdict bad = all_there(**store, **node, told, now); !bad.empty()) return bad;
    // And when it went on, with the purge and a batch.
    if (auto erased = (*store)->erase(); !erased) return "purge: " + erased.error().detail;
    Batch batch;
    batch.emplace_back(PutAudit{now, "node", "power", "back"});
    if (Status done = (*store)->append(std::move(batch)); !done) return done.error().detail;
    if (Verdict bad = all_there(**store, **node, told, now); !bad.empty()) return "then " + bad;
    return (*store)->use().damaged_rows > 0 ? "damaged rows" : Verdict();
}

// --- many states -------------------------------------------------------------------------------

struct Plan {
    const std::vector<Record>& log;
    const char* base;
    fs::path scratch;
    std::size_t states;
    std::uint64_t seed;
    bool flushes_count;
    std::size_t keep;
};
struct Score {
    std::uint64_t states = 0;
    std::uint64_t unflushed = 0;  // States in which something was on its way.
    std::uint64_t failed = 0;
    std::uint64_t acknowledged = 0;
};

// In a process of its own: what is opened may be anything.
Verdict judged_apart(Keys& keys, const fs::path& dir, const Told& told) {
    int ends[2];
    if (::pipe(ends) != 0) give_up("no pipe");
    const pid_t child = ::fork();
    if (child < 0) give_up("no process");
    if (child == 0) {
        ::close(ends[0]);
        ::alarm(judged_seconds_max);
        const Verdict verdict = judge(keys, dir, told);
        const bool said = ::write(ends[1], verdict.data(), verdict.size()) >= 0;
        ::_exit(said && verdict.empty() ? 0 : 1);
    }
    ::close(ends[1]);
    Verdict out;
    char buffer[512];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
    return WEXITSTATUS(status) != 0 && out.empty() ? "failed" : out;
}

// Where the power fails, one place for each state, ascending. Half of them where it hurts most:
// right after an officer was told something, or before a flush was over.
std::vector<std::size_t> cuts(const Plan& plan) {
    Random random(plan.seed);
    std::vector<std::size_t> hurting;
    for (std::size_t i = 0; i < plan.log.size(); ++i)
        if (std::string_view("ASDF").find(plan.log[i].type) != std::string_view::npos)
            hurting.push_back(plan.log[i].type == 'A' ? i + 1 : i);
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < plan.states; ++i)
        out.push_back(i % 2 == 0 || hurting.empty() ? random() % (plan.log.size() + 1)
                                                    : hurting[random() % hurting.size()]);
    std::sort(out.begin(), out.end());
    return out;
}

Random random_of(const Plan& plan, std::size_t state) {
    return Random(plan.seed * 1'000'003 + state);
}

void keep_state(const Plan& plan, const Disk& disk, const Told& told, std::size_t state) {
    const std::size_t every = plan.keep == 0 ? 0 : plan.states / plan.keep;
    if (every == 0 || state % every != every - 1) return;
    const fs::path dir = plan.scratch / fmt::format("keep-{}", state / every);
    fs::create_directory(dir);
    fs::permissions(dir, fs::perms::owner_all);
    Random random = random_of(plan, state);
    disk.save(dir, random);
    std::ofstream ids(dir.string() + ".ids");
    for (const AlertId& id : told.posted)
        if (!told.withdrawn.contains(id)) ids << format_alert_id(id) << "\n";
}

// The share of one worker: every `workers`th state.
Score work(const Plan& plan, Keys& keys, std::size_t worker, std::size_t workers) {
    Disk disk(plan.base, plan.flushes_count);
    Told told;
    Score score;
    const std::vector<std::size_t> at = cuts(plan);
    const fs::path dir = plan.scratch / fmt::format("state-{}", worker);
    std::size_t done = 0;
    for (std::size_t n = 0; n < at.size(); ++n) {
        for (; done < at[n]; ++done) {
            disk.take(plan.log[done]);
            if (plan.log[done].type == 'A') told.take(plan.log[done].data);
        }
        if (n % workers != worker) continue;
        keep_state(plan, disk, told, n);
        fs::remove_all(dir);
        fs::create_directory(dir);
        fs::permissions(dir, fs::perms::owner_all);
        Random random = random_of(plan, n);
        disk.save(dir, random);
        ++score.states;
        score.unflushed += disk.anything_pending() ? 1 : 0;
        score.acknowledged += told.posted.size();
        const Verdict verdict = judged_apart(keys, dir, told);
        if (verdict.empty()) continue;
        if (++score.failed <= told_max)
            fmt::print("state {} (record {} of {}, {} acknowledged): {}\n", n, at[n],
                       plan.log.size(), told.posted.size(), verdict);
    }
    return score;
}

int run(const Plan& plan, Keys& keys) {
    const std::size_t workers = std::max(1u, std::thread::hardware_concurrency());
    std::vector<int> pipes;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        int ends[2];
        if (::pipe(ends) != 0) give_up("no pipe");
        const pid_t child = ::fork();
        if (child < 0) give_up("no process");
        if (child == 0) {
            const Score score = work(plan, keys, worker, workers);
            std::fflush(stdout);
            ::_exit(::write(ends[1], &score, sizeof score) == sizeof score ? 0 : 1);
        }
        ::close(ends[1]);
        pipes.push_back(ends[0]);
    }
    Score all;
    for (int pipe : pipes) {
        Score one;
        if (::read(pipe, &one, sizeof one) != sizeof one) give_up("a worker ended");
        all.states += one.states;
        all.unflushed += one.unflushed;
        all.failed += one.failed;
        all.acknowledged += one.acknowledged;
    }
    while (::wait(nullptr) > 0) {
    }
    fmt::print("{} states, {} with writes under way, {} alerts looked for, {} states failed\n",
               all.states, all.unflushed, all.acknowledged, all.failed);
    return all.failed == 0 ? 0 : 1;
}

int main_of(int argc, char** argv) {
    if (argc < 7) give_up("usage: the first lines of powercut.cc");
    if (Status ready = secrets_init(); !ready) give_up(ready.error().detail);
    const std::vector<std::string> more(argv + 7, argv + argc);
    const auto keep = std::find(more.begin(), more.end(), "keep");
    Keys keys(argv[1]);
    const std::vector<Record> log = read_log(argv[2]);
    fs::create_directories(argv[4]);
    return run({log, argv[3], argv[4], std::stoul(argv[5]), std::stoull(argv[6]),
                std::find(more.begin(), more.end(), "ignore-flushes") == more.end(),
                keep == more.end() ? 0 : std::stoul(*(keep + 1))},
               keys);
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::main_of(argc, argv);
}
