// What people type, paste and hand in as files: zones, names, ids, command lines, configurations,
// alert files, lists, caseloads.
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/node_config.h"
#include "config/officer_policy.h"
#include "protocol/alert.h"
#include "protocol/mrz.h"
#include "protocol/names.h"
#include "protocol/partial_date.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "protocol/translit.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"
#include "tools/alert_file.h"
#include "tools/alert_json.h"
#include "tools/rilon/caseload.h"
#include "tools/rilon/completion.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/options.h"
#include "tools/un_list.h"

namespace rilon {
namespace {

constexpr UnixMillis now{1795446000000};
constexpr CivilDate today{2026, 11, 23};

void run_mrz(ByteView input) {
    const std::string_view text = as_text(input);
    mrz_reading(text);
    auto zone = parse_mrz(text);
    if (!zone) return;
    std::string lines;
    for (const std::string& line : zone->lines) lines += line.empty() ? "" : line + "\n";
    auto again = parse_mrz(lines);
    RILON_ASSERT(again.ok() && again->lines == zone->lines && again->ok() == zone->ok());
    for (const MrzCheck& check : zone->checks)
        RILON_ASSERT(check.ok == (check.digit == check.expected) || check.ok || check.warning);
    RILON_ASSERT(zone->suggestions.size() <= mrz_suggestions_max);
    if (auto birth = resolve_mrz_date(zone->birth_date, MrzDateKind::birth, today))
        RILON_ASSERT(birth->year.value_or(0) <= today.year);
    RILON_ASSERT(nlohmann::json::accept(json_mrz(*zone, {})));
    SeededRng rng(1);
    proto::Alert alert = start_alert(alert_templates()[0], now, rng);
    if (add_mrz(alert, *zone, today)) RILON_ASSERT(alert.documents_size() == 1);
}
std::vector<Bytes> mrz_seeds() {
    return {
        text_seed("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                  "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n"),
        text_seed("l898902c36uto7408122f1204159ze184226b<<<<<10"),
        text_seed("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
                  "ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n"),
        text_seed("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<\n")};
}

// Two names with a zero byte between them.
void run_names(ByteView input) {
    const std::string_view text = as_text(input);
    const std::size_t cut = std::min(text.find('\0'), text.size());
    const std::string_view one = text.substr(0, cut);
    const std::string_view other = cut == text.size() ? one : text.substr(cut + 1);
    const NameComparison forth = compare_names(one, other);
    const NameComparison back = compare_names(other, one);
    RILON_ASSERT(forth.score == back.score && forth.score >= 0 && forth.score <= 1);
    RILON_ASSERT(nlohmann::json::accept(json_compare(forth)));
    for (char c : translit_for_mrz(one))
        RILON_ASSERT((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<');
    RILON_ASSERT(fold_document_number(one).size() <= 64);
    for (auto source : {NameSource::mrz, NameSource::mrz_truncated})
        RILON_ASSERT(fold_name(one, source).size <= name_tokens_max);
}
std::vector<Bytes> name_seeds() {
    using namespace std::string_literals;
    return {text_seed("Mohd Faisal bin Abdullah\0MUHAMMAD FAISAL B ABDULLAH"s),
            text_seed("صدام حسين\0SADDAM HUSSEIN"s), text_seed("Nguyễn Văn A\0NGUYEN<VAN<A"s),
            text_seed("Щербаков\0SHCHERBAKOV"s)};
}

void run_text(ByteView input) {
    const std::string_view text = as_text(input);
    const std::string shown = escape_for_display(text);
    RILON_ASSERT(is_utf8(shown) && escape_for_display(shown) == shown);
    RILON_ASSERT(shown.find_first_of("\n\x1b\x7f") == std::string::npos);
    display_width(shown);
    if (check_text(text, 40, "it").ok()) RILON_ASSERT(is_utf8(text) && code_points(text) <= 40);
    if (auto folded = fold_case(text)) RILON_ASSERT(is_utf8(*folded));
    RILON_ASSERT(nlohmann::json::accept(dump_json({{"text", std::string(text)}})));
    if (auto id = parse_alert_id(text)) RILON_ASSERT(*parse_alert_id(format_alert_id(*id)) == *id);
    if (auto id = parse_short_id(text)) RILON_ASSERT(id->chars >= short_id_chars_min);
    if (auto date = parse_partial_date(text)) RILON_ASSERT(text.size() <= 10);
    if (auto ms = parse_duration(text)) RILON_ASSERT(!text.empty());
    if (auto bytes = from_hex(text)) RILON_ASSERT(bytes->size() * 2 == text.size());
}
std::vector<Bytes> text_seeds() {
    return {text_seed("7KQ2-M4XD"),
            text_seed("0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e57"),
            text_seed("1986-?\?-?\?"),
            text_seed("90m"),
            text_seed("\x1b[31mred\x1b[0m \u202eabc"),
            text_seed("ก็ à e\u0301\u0301 ﬁ")};
}

// Words with zero bytes between them, and the same as a profile.
void run_command_line(ByteView input) {
    std::vector<std::string> words;
    for (std::string_view rest = as_text(input); !rest.empty();) {
        const std::size_t cut = std::min(rest.find('\0'), rest.size());
        words.emplace_back(rest.substr(0, cut));
        rest.remove_prefix(std::min(cut + 1, rest.size()));
    }
    json_asked(words);
    auto line = parse_command_line(words);
    RILON_ASSERT(line.ok() || !line.error().detail.empty());
    auto settings = parse_settings(std::string(as_text(input)));
    if (settings)
        for (const Setting& one : *settings) RILON_ASSERT(one.name.find('\n') == std::string::npos);
}
std::vector<Bytes> command_line_seeds() {
    using namespace std::string_literals;
    return {text_seed("post\0-t\0impostor\0--to\0BKK\0--exclude\0THA"s),
            text_seed("inbox\0--json"s), text_seed("admin\0suspend\0aus-bkk\0--reason\0lost"s),
            text_seed("help\0exit-codes"s),
            text_seed("node = \"ipc:///run/x\"\nnode_key = 'ab'\n")};
}

void run_config(ByteView input) {
    auto config = parse_node_config(as_text(input), "/etc/rilon/node.toml");
    if (!config) return;
    RILON_ASSERT(config->links.size() <= links_max && !config->name.empty());
    for (const LinkConfig& link : config->links) RILON_ASSERT(check_endpoint(link.endpoint).ok());
    RILON_ASSERT(config->control.endpoint.empty() || check_endpoint(config->control.endpoint).ok());
}
std::vector<Bytes> config_seeds() {
    std::vector<Bytes> out;
    for (const char* name : {"node", "coordinator", "portable"}) {
        std::ifstream file(RILON_SOURCE_DIR "/config/examples/" + std::string(name) + ".toml");
        out.push_back(text_seed(std::string(std::istreambuf_iterator<char>(file), {})));
        RILON_ASSERT(!out.back().empty());
    }
    return out;
}

// A rule that is read names somebody who can be.
void run_policy(ByteView input) {
    auto policy = parse_officer_policy(as_text(input), "policy.toml");
    if (!policy) return;
    for (const std::string& party : policy->never_to.parties) RILON_ASSERT(party.size() >= 3);
    for (const auto* list : {&policy->never_to.nodes, &policy->never_to.audiences})
        for (const std::string& name : *list) RILON_ASSERT(!name.empty() && is_utf8(name));
}
std::vector<Bytes> policy_seeds() {
    return {text_seed("legal_basis = \"Act 7\"\n[never_to]\nparties = [\"UTO\"]\nnodes = "
                      "[\"uto-bkk\"]\naudiences = [\"network\"]\n"),
            text_seed("[never_to]\nparteis = [\"UTO\"]\n")};
}

// A line that a shell hands over at a press of a key: words that end with a NUL.
void run_completion_line(ByteView input) {
    std::vector<std::string> words(1);
    for (char c : as_text(input)) {
        if (c == '\0')
            words.emplace_back();
        else
            words.back().push_back(c);
    }
    const auto some = [] { return std::vector<Candidate>{{"BKK", ""}, {"aus-bkk", "AUS"}}; };
    for (const Candidate& one : complete(words, {some, some, some, some}).list)
        RILON_ASSERT(one.text.find('\n') == one.text.npos ||
                     words.back().find('\n') != std::string::npos);
}
std::vector<Bytes> completion_seeds() {
    using namespace std::string_literals;
    return {text_seed("post\0--to=B"s), text_seed("post\0--to\0=\0B"s),
            text_seed("post\0--only\0aus-bkk,n"s), text_seed("officer\0"s), text_seed("show\0"s)};
}

void run_alert_file(ByteView input) {
    SeededRng rng(1);
    auto alert = read_alert_file(as_text(input), today, now, rng);
    if (!alert) return;
    RILON_ASSERT(alert->alert_id().size() == AlertId::size());
    proto::Operation operation;
    *operation.mutable_publish() = *alert;
    if (!check_alert(*alert).ok()) return;
    const std::string bytes = operation.SerializeAsString();
    RILON_ASSERT(parse_operation(as_bytes(bytes)).ok());
}
std::vector<Bytes> alert_file_seeds() {
    std::vector<Bytes> out;
    for (const AlertTemplate& form : alert_templates()) {
        const std::string text = alert_file_text(form);
        std::string filled;  // What is optional, filled in too.
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] != '#' || (i > 0 && text[i - 1] != '\n')) filled += text[i];
        out.push_back(text_seed(text));
        out.push_back(text_seed(filled));
    }
    return out;
}

void run_un_list(ByteView input) {
    SeededRng rng(1);
    auto list = read_un_list(as_text(input), now, rng);
    if (!list) return;
    for (const proto::Alert& alert : list->alerts) RILON_ASSERT(check_alert(alert).ok());
}
std::vector<Bytes> un_list_seeds() {
    return {text_seed(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST dateGenerated=\"2026\">\n"
        "<INDIVIDUALS><INDIVIDUAL><REFERENCE_NUMBER>QDi.001</REFERENCE_NUMBER>"
        "<FIRST_NAME>MUHSIN</FIRST_NAME><SECOND_NAME>FADHIL</SECOND_NAME>"
        "<NAME_ORIGINAL_SCRIPT>صدام</NAME_ORIGINAL_SCRIPT><GENDER>Male</GENDER>"
        "<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><LISTED_ON>2001-01-25</LISTED_ON>"
        "<NATIONALITY><VALUE>Iraq</VALUE></NATIONALITY><COMMENTS1>Note &amp; more</COMMENTS1>"
        "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Abu X</ALIAS_NAME></INDIVIDUAL_ALIAS>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1961</FROM_YEAR>"
        "<TO_YEAR>1963</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-05-06</DATE>"
        "</INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport"
        "</TYPE_OF_DOCUMENT><NUMBER>Afghan passport number OA296623</NUMBER></INDIVIDUAL_DOCUMENT>"
        "</INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>")};
}

// Byte: which form. Then the file.
void run_caseload(ByteView input) {
    Choices choices(input);
    CaseloadWish wish;
    wish.ndjson = choices.u8() % 2 != 0;
    auto caseload = read_caseload(as_text(choices.take(input.size())), wish);
    if (!caseload) return;
    std::size_t line = 0;
    for (const Applicant& one : caseload->rows) {
        RILON_ASSERT(!one.doc.empty() || !one.name.empty());
        RILON_ASSERT(is_utf8(one.name) && is_utf8(one.doc));
        RILON_ASSERT(std::exchange(line, one.line) < one.line);
    }
    for (const Unscreened& one : caseload->bad)
        RILON_ASSERT(!one.message.empty() && !one.remedy.empty());
}
std::vector<Bytes> caseload_seeds() {
    return {
        text_seed(std::string(2, '\0').substr(1) +
                  "\xef\xbb\xbfreference,name,dob,doc\r\n1,\"O\"\"Hara, Ann\",1986-02-03,L1\r\n"),
        text_seed("\x01{\"reference\":\"1\",\"name\":\"Ann\",\"dob\":null}\n\n"
                  "{\"doc\":\"L898902C3\",\"sex\":\"F\"}\n")};
}

}  // namespace

extern const FuzzTarget fuzz_mrz{"mrz", run_mrz, mrz_seeds};
extern const FuzzTarget fuzz_names{"names", run_names, name_seeds, 2};
extern const FuzzTarget fuzz_text{"text", run_text, text_seeds};
extern const FuzzTarget fuzz_command_line{"command_line", run_command_line, command_line_seeds, 4};
extern const FuzzTarget fuzz_policy{"policy", run_policy, policy_seeds, 2};
extern const FuzzTarget fuzz_completion{"completion", run_completion_line, completion_seeds, 2};
extern const FuzzTarget fuzz_config{"config", run_config, config_seeds, 2};
extern const FuzzTarget fuzz_alert_file{"alert_file", run_alert_file, alert_file_seeds, 4};
extern const FuzzTarget fuzz_un_list{"un_list", run_un_list, un_list_seeds, 2};
extern const FuzzTarget fuzz_caseload{"caseload", run_caseload, caseload_seeds};

}  // namespace rilon
