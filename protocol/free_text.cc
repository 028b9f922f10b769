#include "protocol/free_text.h"

namespace rilon {
namespace {

using Texts = std::vector<const std::string*>;

template <class Lines>
void add_all(Texts& out, const Lines& lines) {
    for (const std::string& line : lines) out.push_back(&line);
}

void add_facilitator(Texts& out, const proto::Facilitator& facilitator) {
    add_all(out, facilitator.handles());
    add_all(out, facilitator.phones());
    add_all(out, facilitator.routes());
    add_all(out, facilitator.services());
    out.push_back(&facilitator.payment());
    out.push_back(&facilitator.network());
}

void add_support_fraud(Texts& out, const proto::SupportFraud& fraud) {
    out.push_back(&fraud.purported_issuer());
    out.push_back(&fraud.agent());
    out.push_back(&fraud.detected_how());
}

void add_method(Texts& out, const proto::ModusOperandi& method) {
    add_all(out, method.steps());
    add_all(out, method.indicators());
    out.push_back(&method.countermeasure());
}

void add_lookout(Texts& out, const proto::Lookout& lookout) {
    out.push_back(&lookout.measure());
    out.push_back(&lookout.reference());
    out.push_back(&lookout.authority());
}

}  // namespace

std::vector<const std::string*> free_texts(const proto::Alert& alert) {
    Texts out{&alert.narrative(), &alert.operation_name()};
    switch (alert.kind_case()) {
        case proto::Alert::kTravelFraud: out.push_back(&alert.travel_fraud().detected_how()); break;
        case proto::Alert::kVisaCancellation:
            out.push_back(&alert.visa_cancellation().visa_number());
            break;
        case proto::Alert::kLostStolen: out.push_back(&alert.lost_stolen().sltd_reference()); break;
        case proto::Alert::kFacilitator: add_facilitator(out, alert.facilitator()); break;
        case proto::Alert::kLookout: add_lookout(out, alert.lookout()); break;
        case proto::Alert::kBulletin: out.push_back(&alert.bulletin().text()); break;
        case proto::Alert::kBorderIncident:
            out.push_back(&alert.border_incident().outcome());
            break;
        case proto::Alert::kSupportFraud: add_support_fraud(out, alert.support_fraud()); break;
        case proto::Alert::kModusOperandi: add_method(out, alert.modus_operandi()); break;
        case proto::Alert::kTraffickingIndicator:
            out.push_back(&alert.trafficking_indicator().reference());
            break;
        case proto::Alert::kRequest: out.push_back(&alert.request().question()); break;
        case proto::Alert::kReply: out.push_back(&alert.reply().text()); break;
        case proto::Alert::kVisaRefusal:
        case proto::Alert::KIND_NOT_SET: break;
    }
    return out;
}

}  // namespace rilon
