// The file an officer fills in: one text for each template, put together from a few pieces.
#include <fmt/format.h>

#include "tools/alert_file.h"

namespace rilon {
namespace {

constexpr std::string_view head = R"(# {label}
# Lines with # in front are left out. Codes: rilon completion, or write one wrong and be told.
template = "{name}"
# title = ""                # made from the document when left out
# tlp = "AMBER"             # CLEAR, GREEN, AMBER, AMBER+STRICT, RED
# caveats = ["ORCON"]
# language = "en"
narrative = """
"""
)";

constexpr std::string_view zone = R"(
# Paste the machine-readable zone: it fills document and person.
mrz = """
"""

# [[document]]              # without a zone, or what it lacks
# type = "P"                # P, ID, V …
# issuer = ""               # as in the document: GBR, D …
# number = ""
# expiry_date = ""          # 2031-05-06; ?? for what is not known
)";

constexpr std::string_view series = R"(
[[document]]
type = "P"
issuer = ""
series_from = ""
series_to = ""
)";

constexpr std::string_view person = R"(
# [[person]]
# role = "{role}"
# country_of_birth = ""
# persecutors = []          # states the person fears
# [[person.identity]]
# type = "claimed"          # claimed, documentary, established, alias
# primary = ""              # a mononym goes here
# secondary = ""
# native_name = ""
# birth_date = "1986-??-??"
# sex = ""                  # F, M, X
# [[person.nationality]]
# code = ""
# basis = "claimed"         # claimed, documentary, suspected, established
)";

constexpr std::string_view protect = R"(
# protection stands above the first [table]: ASYLUM-CLAIM, REFUGEE, STATELESS,
# UNACCOMPANIED-MINOR, PRESUMED-TRAFFICKED leave out the host too.
[holder]
# issuer_is_home = "unsure" # Is the holder really a national of the issuer? yes, no, unsure
# might_be = []             # Who might they be? codes, or ["?"]
)";

constexpr std::string_view place = R"(
[where]
# country = "THA"
# location = "BKK"          # airport
# point = "{point}"
[when]
# from = 2026-11-23T02:10:00Z
# precision = "hour"
[transport]
# carrier = ""
# flight = ""
# routing = []
)";

std::string_view kind_text(std::string_view kind) {
    if (kind == "travel-fraud")
        return "\n[travel_fraud]\n# fraud_type = \"{type}\"\n# techniques = []\n# detected_how = "
               "\"\"\n";
    if (kind == "visa-refusal")
        return "\n[visa_refusal]\npost = \"\"\nvisa_class = \"\"\ndecided = \"\"\n"
               "grounds = []               # false-document, identity-doubtful …\n"
               "appeal = \"none\"            # none, pending, upheld\n";
    if (kind == "visa-cancellation")
        return "\n[visa_cancellation]\nvisa_number = \"\"\ngrounds = []\neffective = \"\"\n"
               "# holder_whereabouts = \"\"\n# carrier_informed = true\n";
    if (kind == "border-incident")
        return "\n[border_incident]\n# outcome = \"\"\n# carrier_informed = true\n";
    if (kind == "lost-stolen")
        return "\n[lost_stolen]\nwhen = \"\"\nwhere = \"\"\n# issuer_notified = true\n"
               "# sltd_reference = \"\"\n";
    if (kind == "lookout")
        return "\n[lookout]\nmeasure = \"{type}\"         # travel-ban, sanction, wanted\n"
               "reference = \"\"\nauthority = \"\"\n# listed = \"\"\n";
    if (kind == "facilitator")
        return "\n[facilitator]\nhandles = []\nphones = []\n# fee = \"\"\n# currency = \"\"\n"
               "# payment = \"\"\n# routes = []\n# services = []\n# network = \"\"\n";
    if (kind == "support-fraud")
        return "\n[support_fraud]\npapers = []                # bank, employment, school, sponsor, "
               "civil-status\npurported_issuer = \"\"\n# agent = \"\"\n# detected_how = \"\"\n";
    if (kind == "modus-operandi")
        return "\n[modus_operandi]            # no person, no document number, no zone\n"
               "steps = []\nindicators = []\ncountermeasure = \"\"\n";
    if (kind == "trafficking-indicator")
        return "\n[trafficking_indicator]     # victims without names\n"
               "indicators = []            # documents-held-by-other, debt-bondage …\n"
               "exploitation = \"unknown\"   # forced-labour, sexual, criminal-activities …\n"
               "# reference = \"\"            # your own word for the case\n";
    if (kind == "request")
        return "\n[request]\nquestion = \"\"\"\n\"\"\"\ndue = \"\"                   # "
               "2026-12-01\n";
    if (kind == "reply")
        return "\n[reply]\nrequest = \"\"               # the whole id; rilon reply ID TEXT knows "
               "it\n"
               "text = \"\"\"\n\"\"\"\n";
    return "\n[bulletin]\ntext = \"\"\"\n\"\"\"\n";
}

}  // namespace

std::string alert_file_text(const AlertTemplate& form) {
    std::string text(head);
    bool words = form.kind == "bulletin" || form.kind == "request" || form.kind == "reply";
    bool about_person = !form.role.empty();
    // Plain keys come before the first table, or TOML takes them for the table's.
    if (about_person) text += "# protection = \"NOT-ASSESSED\"\n";
    if (about_person && form.kind != "facilitator" && form.kind != "trafficking-indicator")
        text += zone;
    if (form.type == "blank") text += series;
    if (about_person) {
        text += person;
        text += protect;
    }
    if (!words) text += place;
    text += kind_text(form.kind);
    auto put = [&text](std::string_view mark, std::string_view value) {
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.replace(at, mark.size(), value);
    };
    put("{label}", form.label);
    put("{name}", form.name);
    put("{type}", form.type);
    put("{role}", form.role);
    put("{point}", form.point.empty() ? "check-in" : form.point);
    return text;
}

}  // namespace rilon
