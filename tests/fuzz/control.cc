// Requests on the control socket: of an officer, of a person, of a key that nobody knows. What an
// officer prepares is signed and committed like a real one.
#include "tests/fuzz/victim.h"

namespace rilon {
namespace {

constexpr int requests_max = 12;

class Client {
   public:
    explicit Client(const std::string& victim)
        : victim_(victim), officer_(fuzz_world().officers.at(victim)) {}

    void step(Choices& choices) {
        const unsigned how = choices.u8();
        proto::Request request;
        const ByteView bytes = choices.piece();
        const bool parsed = request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        if (how % 8 == 7) return void(victim_.turn({ClientGone{ClientId{1}}}));
        if (how % 8 == 6) victim_.wait(choices.u16() * ms_second);
        TransportPublicKey key = officer_.transport.pk;
        if (how % 8 == 1) key = fuzz_world().network.rso(0).person.transport_pk;
        if (how % 8 == 2) key.data()[0] ^= 1;
        auto answer = ask(key, to_bytes(bytes));
        if (parsed && request.id() != 0 && answer) RILON_ASSERT(answer->id() == request.id());
        if (answer && answer->has_prepared()) commit(key, answer->prepared());
    }

   private:
    std::optional<proto::Response> ask(const TransportPublicKey& key, Bytes request) {
        std::optional<proto::Response> out;
        for (Output& output : victim_.turn({ClientFrame{ClientId{1}, key, std::move(request)}})) {
            Bytes bytes;
            if (auto* answer = std::get_if<AnswerClient>(&output))
                bytes = std::move(answer->response);
            if (auto* query = std::get_if<RunQuery>(&output))
                bytes = victim_.daemon().answer(query->request, victim_.now());
            if (bytes.empty()) continue;
            RILON_ASSERT(!out);  // One question, one answer.
            out.emplace();
            RILON_ASSERT(out->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
        }
        return out;
    }
    void commit(const TransportPublicKey& key, const proto::PreparedResponse& prepared) {
        proto::Request request;
        request.set_id(77);
        request.mutable_commit()->set_ticket(prepared.ticket());
        for (const proto::PreparedPart& part : prepared.parts())
            request.mutable_commit()->add_signatures(
                sign(officer_.sign.sk,
                     officer_message(fuzz_world().network.id(), *StreamId::parse(part.stream_id()),
                                     *AlertId::parse(part.alert_id()), as_bytes(part.operation())))
                    .str());
        auto answer = ask(key, to_bytes(as_bytes(request.SerializeAsString())));
        RILON_ASSERT(answer && (answer->has_posted() || answer->has_failure()));
        if (!answer->has_posted()) return;
        proto::Request show;
        show.set_id(78);
        show.mutable_show()->set_alert(
            AlertId::copy_of(as_bytes(answer->posted().alert_id())).hex());
        RILON_ASSERT(ask(key, to_bytes(as_bytes(show.SerializeAsString()))).has_value());
    }
    Victim victim_;
    const TestOfficer& officer_;
};

void run(ByteView input) {
    Choices choices(input);
    Client client(choices.u8() % 4 == 0 ? "coordinator-1" : "aus-bkk");
    for (int n = 0; n < requests_max && !choices.empty(); ++n) client.step(choices);
}

std::vector<proto::Request> requests() {
    const std::string alert = past().alerts[0].hex();
    std::vector<proto::Request> out(25);
    out[0].mutable_hello()->set_software("x");
    auto* publish = out[1].mutable_prepare();
    publish->mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("Text");
    publish->mutable_wish()->set_audience("BKK");
    publish->mutable_wish()->add_exclude("THA");
    out[2].mutable_prepare()->mutable_operation()->mutable_withdraw()->set_reason("error");
    out[2].mutable_prepare()->set_alert(past().alerts[1].hex());
    out[3].mutable_prepare()->mutable_operation()->mutable_confirm()->set_what("mo");
    out[3].mutable_prepare()->set_alert(alert);
    out[4].mutable_list();
    out[5].mutable_show()->set_alert(alert);
    out[6].mutable_search()->set_text("counter");
    out[7].mutable_receipts()->set_alert(past().alerts[1].hex());
    out[8].mutable_feed()->set_consumer(std::string(32, 'c'));
    out[9].mutable_feed_ack()->set_consumer(std::string(32, 'c'));
    out[10].mutable_audiences();
    out[11].mutable_status();
    out[12].mutable_log();
    out[13].mutable_directory();
    out[14].mutable_submit_draft();
    out[15].mutable_pending();
    out[16].mutable_certify();
    out[17].mutable_officers();
    out[18].mutable_revoke_officer();
    out[19].mutable_peers();
    auto* request = out[20].mutable_prepare();
    request->mutable_operation()->mutable_publish()->mutable_request()->set_question("Who?");
    request->mutable_operation()->mutable_publish()->mutable_request()->set_due("2026-12-01");
    request->mutable_wish()->set_audience("BKK");
    out[21].mutable_prepare()->mutable_operation()->mutable_publish()->mutable_reply()->set_text(
        "Yes");
    out[21].mutable_prepare()->set_alert(alert);
    out[22].mutable_attach()->set_ticket(std::string(16, 't'));
    out[22].mutable_attach()->set_attachment(1);
    out[22].mutable_attach()->set_data("x");
    out[23].mutable_attachment()->set_alert(alert);
    out[23].mutable_attachment()->set_attachment(1);
    auto* pictured = out[24].mutable_prepare();
    pictured->mutable_wish()->set_audience("BKK");
    proto::Alert& shown = *pictured->mutable_operation()->mutable_publish();
    shown.mutable_bulletin()->set_text("See the picture");
    TestNet::list_attached({Bytes(20)}, shown);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].set_id(i + 1);
    return out;
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> out;
    for (const proto::Request& request : requests())
        for (Byte how : {Byte{0}, Byte{1}}) {
            ByteWriter one;
            one.u8(1).u8(how);
            put_piece(one, as_bytes(request.SerializeAsString()));
            out.push_back(std::move(one).take());
        }
    return out;
}

}  // namespace

extern const FuzzTarget fuzz_control{"control", run, seeds, 20};

}  // namespace rilon
