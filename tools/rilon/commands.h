// The functions behind the rows of the table in commands.cc, by the file they are in.
#pragma once

#include "tools/rilon/command.h"

namespace rilon {

// cmd_help.cc
Result<int> run_help(Context& context);
// cmd_completion.cc
Result<int> run_completion(Context& context);
Result<int> run_complete(Context& context);  // Not in the table: what the shells ask.
// cmd_mrz.cc
Result<int> run_mrz(Context& context);
Result<int> run_compare(Context& context);
// cmd_unlock.cc
Result<int> run_unlock(Context& context);
Result<int> run_lock(Context& context);
Result<int> run_agent(Context& context);  // Not in the table: what unlock starts.
// cmd_setup_node.cc
Result<int> run_setup_node(Context& context);
Result<int> run_setup_coordinator(Context& context);
// cmd_setup_person.cc
Result<int> run_setup_officer(Context& context);
Result<int> run_setup_person(Context& context);
// cmd_enrol.cc
Result<int> run_enrol(Context& context);
Result<int> run_identity_show(Context& context);
Result<int> run_identity_export(Context& context);
// cmd_verify.cc
Result<int> run_identity_verify(Context& context);
// cmd_review.cc
Result<int> run_review(Context& context);
// cmd_rotate.cc
Result<int> run_identity_rotate(Context& context);
// cmd_backup.cc
Result<int> run_backup(Context& context);
Result<int> run_restore(Context& context);
// cmd_officer.cc
Result<int> run_officer_certify(Context& context);
Result<int> run_officer_list(Context& context);
Result<int> run_officer_revoke(Context& context);
// cmd_post.cc
Result<int> run_post(Context& context);
Result<int> run_say(Context& context);
// cmd_ask.cc
Result<int> run_request(Context& context);
Result<int> run_reply(Context& context);
// cmd_change.cc
Result<int> run_update(Context& context);
Result<int> run_withdraw(Context& context);
Result<int> run_confirm(Context& context);
Result<int> run_dispute(Context& context);
Result<int> run_hit(Context& context);
// cmd_narrow.cc
Result<int> run_narrow(Context& context);
// cmd_notify.cc
Result<int> run_notify(Context& context);
Result<int> run_notify_add(Context& context);
Result<int> run_notify_remove(Context& context);
Result<int> run_notify_test(Context& context);
// cmd_release.cc
Result<int> run_release(Context& context);
Result<int> run_release_approve(Context& context);
Result<int> run_release_decline(Context& context);
Result<int> run_release_request(Context& context);
Result<int> run_release_grant(Context& context);
Result<int> run_release_refuse(Context& context);
// cmd_history.cc
Result<int> run_history(Context& context);
// cmd_read.cc
Result<int> run_inbox(Context& context);
Result<int> run_show(Context& context);
// cmd_save.cc
Result<int> run_save(Context& context);
// cmd_search.cc
Result<int> run_search(Context& context);
Result<int> run_screen(Context& context);
// cmd_export.cc
Result<int> run_export(Context& context);
// cmd_feed.cc
Result<int> run_watch(Context& context);
Result<int> run_feed(Context& context);
// cmd_network.cc
Result<int> run_audience_list(Context& context);
Result<int> run_audience_show(Context& context);
Result<int> run_audience_preview(Context& context);
Result<int> run_status(Context& context);
Result<int> run_log(Context& context);
// cmd_disclosures.cc
Result<int> run_log_disclosures(Context& context);
// cmd_doctor.cc
Result<int> run_doctor(Context& context);
// cmd_top.cc
Result<int> run_top(Context& context);
// cmd_import.cc
Result<int> run_import_un_list(Context& context);
// cmd_import_csv.cc
Result<int> run_import_csv(Context& context);
// admin_ceremony.cc
Result<int> run_admin_ceremony(Context& context);
// admin_draft.cc
Result<int> run_admin_party_add(Context& context);
Result<int> run_admin_rilon_establish(Context& context);
Result<int> run_admin_change(Context& context);
Result<int> run_admin_admit(Context& context);
Result<int> run_admin_suspend(Context& context);
Result<int> run_admin_confirm(Context& context);
Result<int> run_admin_reinstate(Context& context);
Result<int> run_admin_revoke(Context& context);
// admin_approve.cc
Result<int> run_admin_approve(Context& context);
Result<int> run_admin_pending(Context& context);
Result<int> run_admin_directory(Context& context);
Result<int> run_admin_grant(Context& context);

}  // namespace rilon
