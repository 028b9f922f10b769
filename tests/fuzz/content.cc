// What an entry's plaintext holds: Content and Operation. A received operation goes the whole way
// of an alert: checked, indexed, found, shown as text and as JSON.
#include <nlohmann/json.hpp>

#include "node/index.h"
#include "protocol/alert.h"
#include "protocol/history.h"
#include "protocol/officer.h"
#include "protocol/release.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"
#include "tools/alert_input.h"
#include "tools/alert_json.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/stix.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

constexpr UnixMillis now{1795446000000};

void run_content(ByteView input) {
    for (std::size_t count = 0; count < 3; ++count)
        if (auto keys = parse_history_keys(input, count)) RILON_ASSERT(keys->size() == count);
    auto content = parse_content(input);
    if (!content) return;
    auto again = parse_content(encode_content(content->certificate, content->alert,
                                              content->operation, content->signature));
    RILON_ASSERT(again.ok() && again->operation == content->operation &&
                 again->certificate.bytes == content->certificate.bytes);
    SeededRng rng(1);
    const SignKeyPair node = make_sign_key_pair(rng);
    const ContentPlace place{rng.bytes<NetworkId>(), rng.bytes<NodeId>(), rng.bytes<StreamId>()};
    // What a hostile node can certify: any bytes.
    content->certificate.signature =
        sign(node.sk, certificate_message(place.network, content->certificate.generation,
                                          content->certificate.bytes));
    RILON_ASSERT(!verify_content(std::move(*content), place, node.pk).ok());  // Another's officer.
}
std::vector<Bytes> content_seeds() {
    SeededRng rng(2);
    const SignKeyPair node = make_sign_key_pair(rng);
    const NetworkId network = rng.bytes<NetworkId>();
    const Certificate certificate{rng.bytes<OfficerId>(),
                                  "LO-3",
                                  "officer",
                                  make_sign_key_pair(rng).pk,
                                  rng.bytes<NodeId>(),
                                  now,
                                  now.plus(30 * ms_day)};
    const SignedCertificate certified =
        certify_officer(network, certificate, Generation{1}, node.sk);
    std::vector<EntryKey> keys;
    keys.push_back(rng.secret<EntryKey>());
    return {encode_content(certified, rng.bytes<AlertId>(), as_bytes("operation"),
                           rng.bytes<Signature>()),
            encode_content(certified, rng.bytes<AlertId>(), as_bytes("history"),
                           rng.bytes<Signature>(), keys)};
}

// Nothing that reaches a terminal moves it.
void must_be_shown(const std::string& line) {
    RILON_ASSERT(is_utf8(line));
    for (char c : line)
        RILON_ASSERT((static_cast<unsigned char>(c) >= ' ' && c != 127) || c == '\n');
}

void show(const proto::Alert& alert) {
    static const Output out(Globals{});
    proto::AlertRow row;
    *row.mutable_alert() = alert;
    row.set_alert_id(alert.alert_id());
    row.set_type(kind_name(alert));
    must_be_shown(inbox_line(row, out));
    for (const std::string& line : alert_lines(row, out)) must_be_shown(line);
    RILON_ASSERT(nlohmann::json::accept(json_alert_full(row)));
    StixBundle bundle(NetworkId{}, Random16{});
    std::string text = bundle.head();  // One after the other: an expression would have no order.
    text += bundle.alert(row);
    text += bundle.tail();
    must_be_shown(text);
    RILON_ASSERT(nlohmann::json::accept(text));
}

void index(const proto::Operation* operation) {
    SeededRng rng(3);
    Index made;
    IndexedEntry entry{{rng.bytes<StreamId>(), Seq{2}},
                       rng.bytes<NodeId>(),
                       Arrival{3},
                       now,
                       0,
                       Index::make_record(rng.bytes<AlertId>(), operation)};
    made.add(entry);
    for (const std::string& number : entry.record.documents()) made.by_document(number);
    for (const auto& person : entry.record.persons())
        for (const std::string& name : person.names())
            made.by_name(fold_name(name), [](const FoundAlert&, const FoundPerson&, double score) {
                RILON_ASSERT(score >= name_score_possible && score <= 1);
            });
    made.erase(entry.ref);
    RILON_ASSERT(made.readable_alerts() == 0);
}

void run_operation(ByteView input) {
    auto operation = parse_operation(input);
    if (!operation) return index(nullptr);
    index(&*operation);
    const Status good = check_operation(*operation);
    if (operation->has_history()) {  // What was parsed can be said again.
        auto list = parse_history(operation->history());
        auto again = parse_history(encode_history(*list));
        RILON_ASSERT(again.ok() && again->to == list->to && again->entries == list->entries);
    }
    RILON_ASSERT(nlohmann::json::accept(dump_json(operation_json(*operation))));
    if (!operation->has_publish()) return;
    proto::Alert alert = operation->publish();
    show(alert);
    apply_defaults(alert, now);
    RILON_ASSERT(code_points(headline(alert)) <= title_chars_max);
    // What may be posted can be read: another node parses it and finds nothing wrong either.
    if (!good.ok()) return;
    proto::Operation again;
    *again.mutable_publish() = operation->publish();
    const std::string bytes = again.SerializeAsString();
    RILON_ASSERT(parse_operation(as_bytes(bytes)).ok());
}
std::vector<Bytes> operation_seeds() {
    SeededRng rng(4);
    std::vector<Bytes> out;
    PostRequest request;
    request.today = {2026, 11, 23};
    request.mrz = *parse_mrz(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n");
    request.country = "THA";
    request.text = "Seen twice at the counter.";
    request.issuer_is_home = "yes";
    request.papers = {"bank"};
    request.issued_by = "First Bank";
    request.steps = {"One", "Two"};
    request.signs = {"debt-bondage"};
    request.countermeasure = "Look";
    request.exploitation = "sexual";
    request.due = "2026-12-01";
    for (const AlertTemplate& form : alert_templates()) {
        request.template_name = form.name;
        auto alert = build_alert(request, now, rng);
        if (!alert) continue;
        apply_defaults(*alert, now);
        proto::Operation operation;
        *operation.mutable_publish() = *alert;
        out.push_back(text_seed(operation.SerializeAsString()));
    }
    proto::Operation reply;
    reply.mutable_publish()->mutable_reply()->set_text("Yes, twice.");
    reply.mutable_publish()->mutable_reply()->set_request_id(make_alert_id(now, rng).str());
    out.push_back(text_seed(reply.SerializeAsString()));
    proto::Operation withdraw;
    withdraw.mutable_withdraw()->set_reason("error");
    proto::Operation confirm;
    confirm.mutable_confirm()->set_what("mo");
    proto::Operation history;
    const StreamId stream = rng.bytes<StreamId>();
    *history.mutable_history() =
        encode_history({rng.bytes<NodeId>(), {{stream, Seq{2}}, {stream, Seq{7}}}});
    out.push_back(text_seed(history.SerializeAsString()));
    out.push_back(text_seed(withdraw.SerializeAsString()));
    out.push_back(text_seed(confirm.SerializeAsString()));
    proto::Operation remark;
    remark.mutable_dispute()->set_reason("outdated");
    out.push_back(text_seed(remark.SerializeAsString()));
    remark.mutable_hit()->set_what("document");
    out.push_back(text_seed(remark.SerializeAsString()));
    return out;
}

}  // namespace

extern const FuzzTarget fuzz_content{"content", run_content, content_seeds, 3};
extern const FuzzTarget fuzz_operation{"operation", run_operation, operation_seeds, 3};

}  // namespace rilon
