// From what an officer pastes and picks to an alert: templates for the common cases, a passport's
// MRZ, flags. It checks nothing beyond what it must understand; check_alert does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/mrz.h"
#include "protocol/result.h"
#include "protocol/rng.h"
#include "protocol/units.h"

namespace rilon {

// What an officer is asked for when it isn't there: the least that makes such an alert useful.
enum class Prompt {
    document,   // An MRZ, or a document number.
    series,     // First and last number.
    person,     // A name.
    ground,     // At least one refusal ground.
    place,      // Where it happened.
    home,       // Whose national the person is, or might be, or "?".
    reference,  // Of a lookout.
    contact,    // A facilitator's name, handle or telephone.
    text,       // A bulletin's, a request's, a reply's.
    paper,      // Which supporting papers.
    step,       // What is done, of a modus operandi.
    sign,       // At least one trafficking indicator.
    due,        // Until when a request is to be answered.
};

struct AlertTemplate {
    std::string_view name;   // "impostor"
    std::string_view label;  // For people.
    std::string_view kind;   // alert.h kind_names(): "travel-fraud"
    std::string_view type;   // The kind's own type: fraud type, incident, "blank", measure.
    std::string_view role;   // Of the person.
    std::string_view point;  // Where it is usually found; empty: ask or leave out.
    std::span<const Prompt> prompts;
};

// In the order they are offered.
std::span<const AlertTemplate> alert_templates();
// By the template's name, or by a kind's (the first template of that kind), "reply" too, which is
// not offered: it needs the request. Fails with invalid and the nearest name.
Result<const AlertTemplate*> find_template(std::string_view name);

// What an officer gave by flags and answers. Empty: not given.
struct PostRequest {
    std::string template_name;
    std::optional<Mrz> mrz;
    CivilDate today;  // Gives the MRZ's dates their century.
    std::string title;
    std::string narrative;
    std::string tlp;
    std::string protection;
    std::vector<std::string> caveats;
    std::string country;  // Where.
    std::string location;
    std::string point;
    std::string carrier;
    std::string flight;
    std::string document_type;  // A document or person without an MRZ, or what it lacks.
    std::string document_issuer;
    std::string document_number;
    std::string series_from;
    std::string series_to;
    std::string expiry_date;
    std::string primary;
    std::string secondary;
    std::string native_name;
    std::string birth_date;
    std::string sex;
    std::string nationality;            // As claimed.
    std::vector<std::string> grounds;   // Refusal, cancellation.
    std::string reference;              // Lookout; of a trafficking indicator the author's own.
    std::string contact;                // Facilitator: telephone ("+66…") or handle.
    std::string text;                   // Bulletin, request, reply.
    std::vector<std::string> papers;    // Support fraud.
    std::string issued_by;              // Support fraud: the purported issuer.
    std::string agent;                  // Support fraud.
    std::vector<std::string> steps;     // Modus operandi.
    std::vector<std::string> signs;     // Modus operandi; codes of a trafficking indicator.
    std::string countermeasure;         // Modus operandi.
    std::string exploitation;           // Trafficking indicator.
    std::string due;                    // Request.
    std::string issuer_is_home;         // yes, no, unsure.
    std::vector<std::string> might_be;  // Codes; "?" alone: nobody knows.
};

// Errors: invalid (unknown template, TLP or protection, an MRZ date that is none).
Result<proto::Alert> build_alert(const PostRequest& request, UnixMillis now, Rng& rng);

// An alert of the template without content: kind, type, role. With id and defaults but the title.
proto::Alert start_alert(const AlertTemplate& form, UnixMillis now, Rng& rng);

// Adds the zone's document (into a first document that has no number yet) and person (into a first
// person without identities): names, dates with their century, sex, nationality as documentary,
// every check digit's verdict, the lines. Fails with invalid on a date that is none.
Status add_mrz(proto::Alert& alert, const Mrz& mrz, CivilDate today);

// What of the template's prompts the alert doesn't answer yet, in the order to ask.
std::vector<Prompt> missing_prompts(const AlertTemplate& form, const proto::Alert& alert);
// The question, as asked: "Where? country, airport".
std::string_view prompt_question(Prompt prompt);

}  // namespace rilon
