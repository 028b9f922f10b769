// The loop's side of kept caseloads (node/kept.h): taken in part by part, marked as looked at,
// destroyed when their time is over or their officer goes.
#include <algorithm>

#include "node/core.h"
#include "protocol/feed_cursor.h"

namespace rilon {
namespace {

constexpr std::size_t field_bytes_max = 4096;  // More than a caseload file may have in one.

Status check_row(const proto::Applicant& row) {
    if (row.doc().empty() && row.name().empty())
        return {Errc::invalid, "an applicant without a document number or a name"};
    for (const std::string* field :
         {&row.reference(), &row.doc(), &row.name(), &row.dob(), &row.sex(), &row.nationality()})
        if (field->size() > field_bytes_max)
            return {Errc::too_large, "a field of an applicant has more than 4 KiB"};
    return {};
}

Status check_part(const proto::KeepRequest& keep, std::size_t bytes) {
    if (keep.rows().empty()) return {Errc::invalid, "a part of a caseload without rows"};
    if (static_cast<std::size_t>(keep.rows_size()) > kept_part_rows_max ||
        bytes > kept_part_bytes_max)
        return {Errc::too_large, "a part of a caseload has at most 1,000 rows and 256 KiB"};
    for (const proto::Applicant& row : keep.rows())
        if (Status s = check_row(row); !s.ok()) return s;
    return {};
}

}  // namespace

KeptCaseload* NodeCore::kept_of(const Asker& asker, const std::string& id) {
    auto found = std::find_if(kept_.begin(), kept_.end(), [&](const KeptCaseload& one) {
        return one.officer == asker.officer->id && one.id.str() == id;
    });
    return found == kept_.end() ? nullptr : &*found;
}

Status NodeCore::begin_keeping(const Asker& asker, const proto::KeepRequest& keep) {
    auto id = KeepId::parse(keep.keep_id());
    if (!id.ok()) return id.error();
    auto mine = std::count_if(kept_.begin(), kept_.end(), [&](const KeptCaseload& one) {
        return one.officer == asker.officer->id;
    });
    if (static_cast<std::size_t>(mine) >= kept_of_officer_max)
        return {Errc::busy, "32 caseloads of yours are kept already"};
    const UnixMillis until{keep.until_ms()};
    if (until <= now_ || until.since(now_) > kept_ms_max)
        return {Errc::invalid,
                "a caseload is kept for a year at most, and not until a time gone by"};
    if (std::any_of(kept_.begin(), kept_.end(),
                    [&](const KeptCaseload& one) { return one.id == *id; }))
        return {Errc::invalid, "a caseload of this id is kept already"};
    kept_.push_back({*id, asker.officer->id, 0, 0, now_, until, false, options_.feed_epoch,
                     store_.last_arrival()});
    kept_keys_.insert_or_assign(*id, rng_.secret<NodeSecret>());
    write(PutSecret{kept_key_name(*id), NodeSecret(kept_keys_.at(*id).expose())});
    return {};
}

Status NodeCore::take_kept_part(const Asker& asker, const proto::KeepRequest& keep,
                                std::size_t bytes) {
    if (Status s = check_part(keep, bytes); !s.ok()) return s;
    std::uint64_t rows = static_cast<std::uint64_t>(keep.rows_size());
    for (const KeptCaseload& one : kept_) rows += one.rows;
    if (rows > kept_rows_max)
        return {Errc::busy, "a node keeps a million applicants at most, and would have more"};
    if (keep.part() == 0)
        if (Status s = begin_keeping(asker, keep); !s.ok()) return s;
    KeptCaseload* kept = kept_of(asker, keep.keep_id());
    if (kept == nullptr) return {Errc::not_found, "no such kept caseload of yours"};
    auto key = kept_keys_.find(kept->id);
    if (kept->complete || kept->parts != keep.part() || key == kept_keys_.end())
        return {Errc::invalid, "a part of a caseload that does not follow the one before"};
    proto::KeepRequest stored;
    *stored.mutable_rows() = keep.rows();
    write(PutPrivate{kept_part_name(kept->id, kept->parts),
                     seal_part(key->second, kept->id, kept->parts, stored)});
    ++kept->parts;
    kept->rows += static_cast<std::uint64_t>(keep.rows_size());
    kept->complete = keep.last();
    if (kept->complete) {
        write(PutAudit{now_, asker.subject(), "keep", std::to_string(kept->rows) + " applicants"});
        kept_keys_.erase(key);
    }
    save_kept();
    return {};
}

void NodeCore::on_keep(const Asker& asker, ClientId client, const proto::Request& request,
                       std::size_t bytes) {
    if (Status s = take_kept_part(asker, request.keep(), bytes); !s.ok())
        return fail(client, request.id(), s.error());
    proto::Response response;
    response.mutable_done();
    answer(client, response, request.id());
}

void NodeCore::on_kept(const Asker& asker, ClientId client, const proto::Request& request) {
    if (!request.kept().forget().empty()) {
        const KeptCaseload* gone = kept_of(asker, request.kept().forget());
        if (gone == nullptr)
            return fail(client, request.id(), {Errc::not_found, "no such kept caseload of yours"});
        write(
            PutAudit{now_, asker.subject(), "forget", std::to_string(gone->rows) + " applicants"});
        forget_kept([id = gone->id](const KeptCaseload& one) { return one.id == id; });
    }
    proto::Response response;
    auto* out = response.mutable_kept();
    const std::uint64_t last = store_.last_arrival().value;
    for (const KeptCaseload& one : kept_) {
        if (one.officer != asker.officer->id || !one.complete) continue;
        auto* row = out->add_kept();
        row->set_keep_id(one.id.str());
        row->set_rows(one.rows);
        row->set_kept_ms(one.since.value);
        row->set_until_ms(one.until.value);
        const std::uint64_t looked = one.feed_epoch == options_.feed_epoch ? one.looked.value : 0;
        row->set_arrived(last > looked ? last - looked : 0);
    }
    answer(client, response, request.id());
}

// Audited once a look, not once a part of it.
void NodeCore::on_kept_look(const Asker& asker, ClientId client, const proto::Request& request,
                            const Bytes& raw) {
    const KeptCaseload* kept = kept_of(asker, request.kept_look().keep_id());
    if (kept == nullptr || !kept->complete)
        return fail(client, request.id(), {Errc::not_found, "no such kept caseload of yours"});
    if (request.kept_look().part() == 0)
        write(PutAudit{now_, asker.subject(), "screen", std::to_string(kept->rows) + " kept"});
    emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
}

void NodeCore::on_kept_looked(const Asker& asker, ClientId client, const proto::Request& request) {
    KeptCaseload* kept = kept_of(asker, request.kept_looked().keep_id());
    if (kept == nullptr)
        return fail(client, request.id(), {Errc::not_found, "no such kept caseload of yours"});
    auto to = parse_feed_cursor(request.kept_looked().to());
    if (!to.ok()) return fail(client, request.id(), to.error());
    if (to->epoch == options_.feed_epoch) {
        const std::uint64_t shown = std::min(to->seq, store_.last_arrival().value);
        const bool same = kept->feed_epoch == to->epoch;
        kept->looked = Arrival{same ? std::max(kept->looked.value, shown) : shown};
        kept->feed_epoch = to->epoch;
        save_kept();
    }
    proto::Response response;
    response.mutable_done();
    answer(client, response, request.id());
}

// What ended, what was never finished, and what belongs to nobody any more.
void NodeCore::prune_kept() {
    forget_kept([this](const KeptCaseload& one) {
        return one.until <= now_ || officers_.certified(one.officer) == nullptr ||
               (!one.complete && now_.since(one.since) > kept_unfinished_ms);
    });
}

void NodeCore::forget_kept(const std::function<bool(const KeptCaseload&)>& which) {
    const std::size_t before = kept_.size();
    std::erase_if(kept_, [&](const KeptCaseload& one) {
        if (!which(one)) return false;
        for (std::uint32_t part = 0; part < one.parts; ++part)
            write(DropPrivate{kept_part_name(one.id, part)});
        write(DropSecret{kept_key_name(one.id)});
        kept_keys_.erase(one.id);
        return true;
    });
    if (kept_.size() != before) save_kept();
}

void NodeCore::save_kept() {
    write(PutPrivate{kept_list_name, encode_kept(kept_)});
}

// A caseload that was not complete can't go on: its client is gone with the connection.
Status NodeCore::load_kept() {
    auto stored = stored_kept(store_);
    if (!stored.ok()) return stored.error();
    kept_ = std::move(*stored);
    return {};
}

}  // namespace rilon
