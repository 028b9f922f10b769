// Index::make_record: of an opened operation what the index needs, as it is sealed into the store.
#include "node/index.h"
#include "protocol/alert.h"
#include "protocol/mrz.h"
#include "protocol/names.h"
#include "protocol/narrowing.h"

namespace rilon {
namespace {

void record_person(const proto::PersonRecord& person, proto::SearchRecord& record) {
    auto* out = record.add_persons();
    for (const auto& identity : person.identities()) {
        std::string name = identity.secondary().empty()
                               ? identity.primary()
                               : identity.primary() + " " + identity.secondary();
        if (!name.empty()) out->add_names(name);
        if (!identity.native_name().empty()) out->add_names(identity.native_name());
        if (!identity.birth_date().empty()) out->add_birth_dates(identity.birth_date());
        if (out->sex().empty()) out->set_sex(identity.sex());
    }
    for (const auto& nationality : person.nationalities())
        out->add_nationalities(nationality.code());
}

void record_alert(const proto::Alert& alert, proto::SearchRecord& record) {
    record.set_revision(alert.revision());
    record.set_type(kind_name(alert));
    record.set_part(alert.part());
    record.set_purge_after_ms(alert.purge_after_ms());
    for (const auto& link : alert.links()) {
        if (link.type() == "other-part") record.set_other_part(link.alert_id());
        if (link.type() == "duplicate-of") record.add_duplicate_of(link.alert_id());
    }
    record.set_request_id(alert.reply().request_id());
    record.set_asks_release(alert.has_release_request());
    record.set_review_by_ms(alert.review_by_ms());
    for (const auto& person : alert.persons()) record_person(person, record);
    for (const auto& document : alert.documents()) {
        if (!document.number().empty())
            record.add_documents(fold_document_number(document.number()));
        if (!document.series_from().empty()) {
            record.add_series_from(fold_document_number(document.series_from()));
            record.add_series_to(fold_document_number(document.series_to()));
        }
    }
    if (alert.has_visa_cancellation() && !alert.visa_cancellation().visa_number().empty())
        record.add_documents(fold_document_number(alert.visa_cancellation().visa_number()));
    for (const auto& place : alert.transport().routing()) record.add_routing(place);
}

}  // namespace

proto::SearchRecord Index::make_record(const AlertId& alert, const proto::Operation* operation) {
    proto::SearchRecord record;
    record.set_alert_id(alert.str());
    if (operation == nullptr) return record;
    switch (operation->body_case()) {
        case proto::Operation::kPublish:
            record.set_operation(proto::SearchRecord::PUBLISH);
            record_alert(operation->publish(), record);
            break;
        case proto::Operation::kSupersede:
            record.set_operation(proto::SearchRecord::SUPERSEDE);
            record_alert(operation->supersede().alert(), record);
            for (const Hash32& opens : opened_by(operation->supersede(), alert))
                record.add_opens(opens.str());
            break;
        case proto::Operation::kWithdraw:
            record.set_operation(proto::SearchRecord::WITHDRAW);
            record.set_withdraw_reason(operation->withdraw().reason());
            record.set_revision(operation->withdraw().revision());
            if (narrows(operation->withdraw()))
                record.set_successor(operation->withdraw().successor());
            break;
        case proto::Operation::kConfirm: record.set_operation(proto::SearchRecord::CONFIRM); break;
        case proto::Operation::kDispute: record.set_operation(proto::SearchRecord::DISPUTE); break;
        case proto::Operation::kHit: record.set_operation(proto::SearchRecord::HIT); break;
        case proto::Operation::kHistory: record.set_operation(proto::SearchRecord::HISTORY); break;
        case proto::Operation::kOnwardRequest:
            record.set_operation(proto::SearchRecord::ONWARD_REQUEST);
            record.set_onward_id(operation->onward_request().request_id());
            break;
        case proto::Operation::kOnwardAnswer:
            record.set_operation(proto::SearchRecord::ONWARD_ANSWER);
            record.set_onward_id(operation->onward_answer().request_id());
            break;
        case proto::Operation::BODY_NOT_SET: break;
    }
    return record;
}

}  // namespace rilon
