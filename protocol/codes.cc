#include "protocol/codes.h"

#include <array>
#include <vector>

#include "protocol/nearest.h"

namespace rilon {
namespace {

// Sources named more than once.
constexpr std::string_view ours = "RILON alert model";
constexpr std::string_view tlp = "FIRST TLP 2.0";
constexpr std::string_view icao3 = "ICAO Doc 9303-3";
constexpr std::string_view admiralty = "NATO AJP-2.1";
constexpr std::string_view convention = "1951 Refugee Convention, article 1";

constexpr Code alert_kind_codes[] = {
    {"travel-fraud", "false or misused travel document", ours},
    {"support-fraud", "false supporting paper", ours},
    {"visa-refusal", "visa refused", ours},
    {"visa-cancellation", "visa cancelled", ours},
    {"facilitator", "smuggler, trafficker or agent", ours},
    {"border-incident", "refused boarding or entry, offload, swap", ours},
    {"lost-stolen", "lost or stolen document or blank", ours},
    {"lookout", "travel ban, sanction or wanted reference", ours},
    {"modus-operandi", "method, without names", ours},
    {"trafficking-indicator", "signs of trafficking in persons", ours},
    {"bulletin", "text for all to read", ours},
    {"request", "question to other missions", ours},
    {"reply", "answer to a request", ours},
};

// Of attachments: those of which the sender's own data can be taken out (tools/picture.h).
constexpr Code media_type_codes[] = {
    {"image/jpeg", "photograph", "IANA media types"},
    {"image/png", "scan or screenshot", "IANA media types"},
};

constexpr Code fraud_type_codes[] = {
    {"counterfeit", "whole document made without authority", "PRADO glossary"},
    {"forged", "genuine document altered", "PRADO glossary"},
    {"impostor", "genuine document, another person", "PRADO glossary"},
    {"stolen-blank", "genuine blank, filled in without authority", "PRADO glossary"},
    {"fraudulently-obtained", "genuine, issued on false grounds", "PRADO glossary"},
    {"fantasy", "document of no existing authority", "PRADO glossary"},
    {"camouflage", "document of a state that is no more", "PRADO glossary"},
    {"morphed", "portrait blended from two persons", "ISO/IEC 20059"},
    {"genuine-loaned", "genuine, lent by its holder", ours},
    {"counterfeit-stamp", "entry or exit stamp made without authority", "PRADO glossary"},
    {"forged-visa", "visa altered or made without authority", "PRADO glossary"},
};

constexpr Code support_paper_codes[] = {
    {"bank", "bank statement or guarantee", ours},
    {"employment", "employment or income", ours},
    {"school", "school or university", ours},
    {"sponsor", "invitation or sponsorship", ours},
    {"civil-status", "birth, marriage, family register", ours},
};

constexpr Code detection_point_codes[] = {
    {"visa-post", "at the visa post", ours},
    {"check-in", "airline check-in", ours},
    {"security", "security check", ours},
    {"exit-control", "immigration, leaving", ours},
    {"transit", "in transit", ours},
    {"gate", "boarding gate", ours},
    {"on-board", "on board", ours},
    {"arrival", "immigration, arriving", ours},
    {"customs", "customs", ours},
    {"land-border", "land border post", ours},
    {"sea-border", "port or at sea", ours},
    {"inland", "inside the country", ours},
    {"mail", "post or courier", ours},
};

constexpr Code transport_mode_codes[] = {
    {"air", "by air", "UNECE Recommendation 19, code 4"},
    {"sea", "by sea", "UNECE Recommendation 19, code 1"},
    {"rail", "by rail", "UNECE Recommendation 19, code 2"},
    {"road", "by road", "UNECE Recommendation 19, code 3"},
    {"inland-water", "by river or lake", "UNECE Recommendation 19, code 8"},
    {"foot", "on foot", ours},
    {"unknown", "not known", "UNECE Recommendation 19, code 0"},
};

// After the refusal form of the EU Visa Code, the fullest public list.
constexpr Code refusal_ground_codes[] = {
    {"false-document", "false, counterfeit or forged travel document", "EU 810/2009 annex VI"},
    {"purpose-unproven", "purpose and conditions of stay not shown", "EU 810/2009 annex VI"},
    {"means-insufficient", "no proof of sufficient means", "EU 810/2009 annex VI"},
    {"stay-exhausted", "allowed stay already used up", "EU 810/2009 annex VI"},
    {"alert-listed", "listed for refusal of entry", "EU 810/2009 annex VI"},
    {"public-policy", "threat to public policy or security", "EU 810/2009 annex VI"},
    {"public-health", "threat to public health", "EU 810/2009 annex VI"},
    {"insurance-missing", "no travel medical insurance", "EU 810/2009 annex VI"},
    {"information-unreliable", "what was submitted isn't reliable", "EU 810/2009 annex VI"},
    {"statements-unreliable", "what was said isn't reliable", "EU 810/2009 annex VI"},
    {"supporting-paper-false", "supporting paper isn't authentic", "EU 810/2009 annex VI"},
    {"departure-doubtful", "intention to leave in doubt", "EU 810/2009 annex VI"},
    {"identity-doubtful", "identity in doubt", ours},
    {"previous-breach", "stayed or worked without leave before", ours},
    {"other", "another ground, in the narrative", ours},
};

constexpr Code appeal_state_codes[] = {
    {"none", "no appeal lodged", ours},
    {"pending", "appeal not decided", ours},
    {"upheld", "refusal stands after appeal", ours},
    {"overturned", "refusal set aside: withdraw", ours},
};

constexpr Code withdraw_reason_codes[] = {
    {"error", "our mistake", ours},
    {"mistaken-identity", "it was another person", ours},
    {"overturned", "the decision was set aside", ours},
    {"cleared", "looked into, nothing found", ours},
    {"protection", "the person needs protection", ours},
    {"source-request", "the source asked for it", ours},
    {"expired", "no longer of use", ours},
};

constexpr Code dispute_reason_codes[] = {
    {"wrong-person", "it is another person", ours},
    {"wrong-document", "it is another document, or its number is wrong", ours},
    {"genuine-document", "the document is genuine", ours},
    {"wrong-facts", "what it says happened did not", ours},
    {"outdated", "it was so, and is no longer", ours},
    {"doubtful", "there is reason to doubt it", ours},
    {"settled", "it is no longer in doubt: ends a dispute of one's own", ours},
};

constexpr Code release_codes[] = {
    {"protection-none", "a person's own states may know of him", ours},
    {"tell-issuer", "the document's issuer may know of the document", ours},
};

constexpr Code protection_codes[] = {
    {"NOT-ASSESSED", "nobody has asked yet: home is left out", ours},
    {"NONE", "assessed: no need of protection", ours},
    {"ASYLUM-CLAIM", "has asked for asylum or may", convention},
    {"REFUGEE", "recognised refugee", convention},
    {"STATELESS", "stateless", "1954 Statelessness Convention, article 1"},
    {"UNACCOMPANIED-MINOR", "child without an adult in charge", "CRC General Comment 6"},
    {"PRESUMED-TRAFFICKED", "presumed victim of trafficking", "UN Palermo Protocol, article 3"},
};

constexpr Code tlp_codes[] = {
    {"CLEAR", "no limit on sharing", tlp},
    {"GREEN", "the community", tlp},
    {"AMBER", "the organisation and its clients", tlp},
    {"AMBER+STRICT", "the organisation only", tlp},
    {"RED", "the persons addressed only", tlp},
};

constexpr Code caveat_codes[] = {
    {"ORCON", "onward sharing only with the originator's consent", "US ICD 710"},
    {"NO-JUDICIAL", "not as evidence", "EUROPOL handling code H1"},
    {"CONTACT-FIRST", "ask the originator before acting", ours},
    {"SANITISED-ONLY", "share on only without the source", ours},
    {"NO-CARRIER", "not to airlines or ships", ours},
    {"PURPOSE:BORDER", "for border control only", ours},
    {"PURPOSE:VISA", "for visa decisions only", ours},
    {"PURPOSE:CRIMINAL", "for criminal investigation only", ours},
};

constexpr Code role_codes[] = {
    {"subject", "the alert is about them", ours},
    {"impostor", "used another's document", ours},
    {"rightful-holder", "the document is theirs", ours},
    {"facilitator", "arranged the journey", ours},
    {"escort", "travelled along to guide", ours},
    {"recruiter", "found the travellers", ours},
    {"sponsor", "invited or guaranteed", ours},
    {"agent", "lodged the application", ours},
    {"victim", "harmed by it", "UN Palermo Protocol, article 3"},
    {"witness", "saw it", ours},
};

constexpr Code document_type_codes[] = {
    {"P", "passport", "ICAO Doc 9303-4, 4.2.2"},
    {"PP", "ordinary passport", "ICAO Doc 9303-4, 8th edition"},
    {"PD", "diplomatic passport", "ICAO Doc 9303-4, 8th edition"},
    {"PO", "official or service passport", "ICAO Doc 9303-4, 8th edition"},
    {"PE", "emergency passport", "ICAO Doc 9303-4, 8th edition"},
    {"PR", "refugee travel document", "ICAO Doc 9303-4, 8th edition"},
    {"PT", "alien's travel document", "ICAO Doc 9303-4, 8th edition"},
    {"PS", "stateless person's travel document", "ICAO Doc 9303-4, 8th edition"},
    {"PL", "laissez-passer", "ICAO Doc 9303-4, 8th edition"},
    {"A", "card", "ICAO Doc 9303-5, 4.2.2"},
    {"AC", "crew member certificate", "ICAO Doc 9303-5, appendix B"},
    {"C", "card", "ICAO Doc 9303-5, 4.2.2"},
    {"I", "identity card", "ICAO Doc 9303-5, 4.2.2"},
    {"ID", "identity card", icao3},
    {"IR", "residence permit", icao3},
    {"V", "visa", "ICAO Doc 9303-7, 4.2.2"},
    {"OTHER", "without a zone", ours},
};

constexpr Code sex_codes[] = {
    {"M", "male", "ICAO Doc 9303-4, 4.1.1.1"},
    {"F", "female", "ICAO Doc 9303-4, 4.1.1.1"},
    {"X", "unspecified in the document (< in the zone)", "ICAO Doc 9303-4, 4.1.1.1"},
    {"unknown", "not known to us", ours},
};

constexpr Code identity_kind_codes[] = {
    {"claimed", "what the person says", ours},
    {"documentary", "what the document says", ours},
    {"established", "what was proven", ours},
    {"alias", "also known as", ours},
};

constexpr Code nationality_kind_codes[] = {
    {"claimed", "what the person says", ours},
    {"documentary", "what the document says", ours},
    {"suspected", "what the author thinks", ours},
    {"established", "what was proven", ours},
};

constexpr Code grade_scheme_codes[] = {
    {"admiralty", "source A-F, information 1-6", admiralty},
    {"europol", "4x4: source A-X, information 1-4", "EUROPOL 4x4"},
    {"uk-3x5x2", "source 1-3, intelligence A-E, handling P or C", "UK College of Policing APP"},
};

constexpr Code disposition_codes[] = {
    {"seized", "kept by the authority", ours},
    {"returned", "given back to the holder", ours},
    {"sent-to-issuer", "sent to the issuing state", ours},
    {"with-carrier", "in the carrier's hands", ours},
    {"copied-only", "seen and copied", ours},
    {"not-seen", "only its data is known", ours},
};

// What an officer at a counter or a gate can see or hear. Chosen from the indicators for adults of
// the ILO's list (by its dimensions: deceptive or coercive recruitment, abuse of vulnerability,
// exploitation, coercion at destination) and from the UNODC's general indicators.
constexpr std::string_view ilo =
    "ILO and European Commission, Operational indicators of trafficking in human beings (2009)";
constexpr std::string_view unodc = "UNODC, Human Trafficking Indicators";
constexpr Code trafficking_indicator_codes[] = {
    {"deceived-job", "deceived about the job, the place or the employer", ilo},
    {"deceived-conditions", "deceived about the conditions of work", ilo},
    {"deceived-contract", "deceived about content or legality of the contract", ilo},
    {"deceived-status", "deceived about documents or lawful status", ilo},
    {"deceived-travel", "deceived about travel and recruitment", ilo},
    {"deceived-wages", "deceived about wages", ilo},
    {"deceived-marriage", "deceived by a promise of marriage or adoption", ilo},
    {"violence", "violence against the victim", ilo},
    {"abduction", "abduction, forced marriage or sale of the victim", ilo},
    {"documents-confiscated", "documents taken away", ilo},
    {"debt-bondage", "debt bondage", ilo},
    {"confinement", "isolation, confinement or surveillance", ilo},
    {"threats-victim", "threats of violence against the victim", ilo},
    {"threats-family", "violence against the family, or threats of it", ilo},
    {"threats-denunciation", "threats to denounce to the authorities", ilo},
    {"wages-withheld", "wages or money withheld", ilo},
    {"forced-crime", "forced into unlawful activities", ilo},
    {"forced-lies", "made to lie to authorities or family", ilo},
    {"excessive-hours", "excessive working days or hours", ilo},
    {"hazardous-work", "hazardous work or very bad conditions", ilo},
    {"dependency", "dependent on the exploiters", ilo},
    {"documents-held-by-other", "somebody else holds the travel documents", unodc},
    {"instructed", "acts as instructed by somebody else", unodc},
    {"spoken-for", "lets others answer what was asked of them", unodc},
    {"false-documents", "false identity or travel documents", unodc},
    {"address-unknown", "does not know the address of home or work", unodc},
    {"travel-paid", "travel paid for by those who expect work for it", unodc},
    {"distrust", "distrusts the authorities", unodc},
    {"movement-controlled", "movements are controlled", unodc},
    {"other", "another sign, in the narrative", ours},
};

constexpr std::string_view palermo = "UN Palermo Protocol, article 3";
constexpr Code exploitation_codes[] = {
    {"sexual", "prostitution of others or other sexual exploitation", palermo},
    {"forced-labour", "forced labour or services", palermo},
    {"slavery", "slavery or practices similar to it", palermo},
    {"servitude", "servitude", palermo},
    {"organ-removal", "removal of organs", palermo},
    {"begging", "forced begging", "Directive 2011/36/EU, article 2"},
    {"criminal-activities", "made to commit offences", "Directive 2011/36/EU, article 2"},
    {"forced-marriage", "forced marriage", "Directive (EU) 2024/1712"},
    {"unknown", "not known yet", ours},
};

constexpr NamedCodeList lists[] = {
    {"alert-kind", alert_kind_codes},
    {"fraud-type", fraud_type_codes},
    {"support-paper", support_paper_codes},
    {"detection-point", detection_point_codes},
    {"transport-mode", transport_mode_codes},
    {"refusal-ground", refusal_ground_codes},
    {"appeal-state", appeal_state_codes},
    {"withdraw-reason", withdraw_reason_codes},
    {"dispute-reason", dispute_reason_codes},
    {"release", release_codes},
    {"protection", protection_codes},
    {"tlp", tlp_codes},
    {"caveat", caveat_codes},
    {"role", role_codes},
    {"document-type", document_type_codes},
    {"sex", sex_codes},
    {"identity-kind", identity_kind_codes},
    {"nationality-kind", nationality_kind_codes},
    {"grade-scheme", grade_scheme_codes},
    {"disposition", disposition_codes},
    {"trafficking-indicator", trafficking_indicator_codes},
    {"exploitation", exploitation_codes},
};

}  // namespace

CodeList alert_kinds() {
    return alert_kind_codes;
}
CodeList fraud_types() {
    return fraud_type_codes;
}
CodeList support_paper_types() {
    return support_paper_codes;
}
CodeList detection_points() {
    return detection_point_codes;
}
CodeList transport_modes() {
    return transport_mode_codes;
}
CodeList refusal_grounds() {
    return refusal_ground_codes;
}
CodeList appeal_states() {
    return appeal_state_codes;
}
CodeList media_types() {
    return media_type_codes;
}
CodeList withdraw_reasons() {
    return withdraw_reason_codes;
}
CodeList dispute_reasons() {
    return dispute_reason_codes;
}
CodeList release_kinds() {
    return release_codes;
}
CodeList protections() {
    return protection_codes;
}
CodeList tlp_values() {
    return tlp_codes;
}
CodeList caveats() {
    return caveat_codes;
}
CodeList person_roles() {
    return role_codes;
}
CodeList document_types() {
    return document_type_codes;
}
CodeList sexes() {
    return sex_codes;
}
CodeList identity_kinds() {
    return identity_kind_codes;
}
CodeList nationality_kinds() {
    return nationality_kind_codes;
}
CodeList grade_schemes() {
    return grade_scheme_codes;
}
CodeList dispositions() {
    return disposition_codes;
}

CodeList trafficking_indicators() {
    return trafficking_indicator_codes;
}
CodeList exploitation_types() {
    return exploitation_codes;
}

std::span<const NamedCodeList> all_code_lists() {
    return lists;
}

const Code* find_code(CodeList list, std::string_view text) {
    for (const Code& code : list)
        if (code.code == text) return &code;
    return nullptr;
}

const Code* nearest_code(CodeList list, std::string_view text) {
    std::vector<std::string_view> words;
    words.reserve(list.size());
    for (const Code& code : list) words.push_back(code.code);
    auto index = nearest(text, words);
    return index ? &list[*index] : nullptr;
}

}  // namespace rilon
