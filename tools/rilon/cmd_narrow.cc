// rilon narrow: fewer readers for an alert. The text stays as it is; whoever is dropped gives back
// what he has.
#include "protocol/short_id.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/posting.h"

namespace rilon {
namespace {

// Who goes, by the words with which readers are named in a posting.
Result<proto::NarrowWish> read_narrowing(const Args& args) {
    proto::Wish wish;
    if (Status s = read_wish(args, wish); !s) return s.error();
    proto::NarrowWish out;
    *out.mutable_exclude() = wish.exclude();
    *out.mutable_only() = wish.only();
    out.set_except_host(wish.except_host());
    if (!out.exclude().empty() || !out.only().empty() || out.except_host()) return out;
    return problem(Errc::usage, "nobody is named who reads it no longer",
                   "give --exclude PARTY, --except-host, or --only NODE,… for those who stay; "
                   "rilon withdraw takes it back from all");
}

}  // namespace

Result<int> run_narrow(Context& context) {
    auto wish = read_narrowing(context.args);
    if (!wish) return wish.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    Posting posting;
    posting.headline = headline_of("NARROW", *row);
    posting.text = row->alert();
    posting.prepare.set_alert(format_alert_id(AlertId::copy_of(as_bytes(row->alert_id()))));
    *posting.prepare.mutable_narrow() = std::move(*wish);
    return post(context, *session, posting);
}

}  // namespace rilon
