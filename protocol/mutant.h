// Seeded defects in the guards, for one purpose: to show that the tests find each of them. Only a
// build with RILON_MUTANTS has them; in every other `mutant` is a constant false and leaves nothing
// behind. The first are hunted by the simulator; those from first_of_processes on concern what it
// does not run. tests/defences/run.py shows for the checks of each how they fail.
#pragma once

#include "protocol/mutants_build.h"  // Made by CMake: defines RILON_MUTANTS, or nothing.

#ifdef RILON_MUTANTS
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>
#endif

namespace rilon {

enum class Mutant {
    none,
    serve_anyone,          // may_hold: every node may hold every stream
    skip_standing,         // a suspended node's new entries are taken
    skip_stale_epoch,      // content under a key that an excluded member still has is taken
    skip_signature,        // entries without a good signature are taken
    skip_officer,          // officers' signatures are not checked
    never_check_officers,  // those that catch-up put off
    accept_wrong_prev,     // the chain is not checked
    revive_withdrawn,      // a withdrawn alert is published again
    skip_redact,           // a redact is stored and nothing follows
    keep_epoch,            // the key is kept when the members changed
    seal_to_all,           // keys are sealed to every node of the directory
    wish_for_plan,         // the stream follows the officer's wish, not the release plan
    redact_of_bulk_state,  // a redact closes the epoch that the batch ended with
    confirm_owns_alert,    // who confirms first is taken for the author
    no_repair,             // digests that differ are ignored
    no_slot_requests,      // keys that did not come are not asked for
    open_too_soon,         // opening does not wait for the commit
    store_nothing,         // entries are acknowledged and not stored
    lose_mail,             // custody of a receipt is confirmed and the receipt dropped
    fork_kept_secret,      // the proof of a fork is not spread
    keep_suspended_peer,   // a suspended node stays connected
    bounce_mail,           // a hub gives mail of its nodes back to the coordinator
    filter_not_key,   // every node holds everything with its keys, and hides what is not for it
    redact_hides,     // a redact takes an alert out of sight and destroys nothing
    forget_mail,      // receipts that wait are forgotten at a restart
    forget_redacts,   // and redacts that are not carried out yet
    forget_owed,      // deletions that are not said yet are forgotten at a restart
    anybody_changes,  // who is not of the author's party withdraws and corrects
    outsider_writes,  // who is no member of the audience founds streams and writes in it
    directory_turns_back,      // an entry may name an older directory than the one before it
    receipts_through_anybody,  // hubs carry receipts of what they may not know
    feed_repeats,              // a page of a feed begins with the end of the one before
    no_late_bodies,            // what came without its body is acknowledged and not asked for
    seal_after_cuts,           // posting goes on while a signing key is being replaced
    ignore_narrowing,          // who is dropped from an alert's readers keeps what he has of it
    forget_chunks,             // an alert that goes leaves its attachments
    keep_remarks,              // and what others said about it
    onward_for_anybody,        // who does not read an alert asks for it
    letters_to_all,            // what an author and who asks say goes to all readers
    skip_authorisation,        // one signer is enough for every statement
    order_for_all,             // an order to withdraw one alert is good for any
    keep_orphans,              // what is withdrawn by order is out of sight, and stays
    first_of_processes,
    answer_before_commit = first_of_processes,  // outputs leave before their batch is durable
    serial_commit,                              // a commit for each event
    zap_open,                                   // the ZAP handler admits every key
    zap_optional,                               // libzmq admits every key when no handler answers
    trust_the_chain,                            // a batch's signature is not checked
    purge_by_delete,        // old keys are deleted, and their pages left as they are
    index_in_clear,         // search records lie in the store unsealed
    name_hash_logged,       // an unkeyed hash of each name is in the log
    search_scans,           // a search compares every person
    ignore_heads,           // what origins sign they have is not remembered
    old_directory,          // posting goes on however old the directory is
    wait_for_record,        // a suspension acts only when it is recorded
    split_kept_secret,      // the proof of a split directory is not made
    order_by_anybody,       // records apply without the sequencer's checkpoint
    never_expire,           // alerts stay when their time is over
    no_quota,               // an origin may fill our store
    put_off_all_officers,   // of operations that change others' alerts too
    keep_old_secrets,       // an encryption key that was replaced stays for ever
    trust_own_store,        // a node goes on with its streams whatever its peers hold of them
    admit_replaced_key,     // a transport key that persons replaced still lets its holder in
    history_for_anybody,    // anybody gives a joiner anybody's alerts
    history_past_the_rule,  // and what the release rule withholds
    history_kept,           // a history grant stays when its keys are taken
    release_alone,          // one officer's word is enough for what two decide
    approve_alone,          // who asked for a release approves it himself
    revive_narrowed,        // any later revision is shown to who was dropped
    onward_past_the_rule,   // who is asked for gets what the release rule withholds
    count_,
};

#ifdef RILON_MUTANTS
constexpr std::string_view mutant_names[] = {
    "none",
    "serve_anyone",
    "skip_standing",
    "skip_stale_epoch",
    "skip_signature",
    "skip_officer",
    "never_check_officers",
    "accept_wrong_prev",
    "revive_withdrawn",
    "skip_redact",
    "keep_epoch",
    "seal_to_all",
    "wish_for_plan",
    "redact_of_bulk_state",
    "confirm_owns_alert",
    "no_repair",
    "no_slot_requests",
    "open_too_soon",
    "store_nothing",
    "lose_mail",
    "fork_kept_secret",
    "keep_suspended_peer",
    "bounce_mail",
    "filter_not_key",
    "redact_hides",
    "forget_mail",
    "forget_redacts",
    "forget_owed",
    "anybody_changes",
    "outsider_writes",
    "directory_turns_back",
    "receipts_through_anybody",
    "feed_repeats",
    "no_late_bodies",
    "seal_after_cuts",
    "ignore_narrowing",
    "forget_chunks",
    "keep_remarks",
    "onward_for_anybody",
    "letters_to_all",
    "skip_authorisation",
    "order_for_all",
    "keep_orphans",
    "answer_before_commit",
    "serial_commit",
    "zap_open",
    "zap_optional",
    "trust_the_chain",
    "purge_by_delete",
    "index_in_clear",
    "name_hash_logged",
    "search_scans",
    "ignore_heads",
    "old_directory",
    "wait_for_record",
    "split_kept_secret",
    "order_by_anybody",
    "never_expire",
    "no_quota",
    "put_off_all_officers",
    "keep_old_secrets",
    "trust_own_store",
    "admit_replaced_key",
    "history_for_anybody",
    "history_past_the_rule",
    "history_kept",
    "release_alone",
    "approve_alone",
    "revive_narrowed",
    "onward_past_the_rule",
};
static_assert(std::size(mutant_names) == static_cast<std::size_t>(Mutant::count_));

// Of the variable RILON_MUTANT: so any program of this build takes its defect.
inline Mutant mutant_of_environment() {
    const char* wanted = std::getenv("RILON_MUTANT");
    if (wanted == nullptr) return Mutant::none;
    for (std::size_t i = 0; i < std::size(mutant_names); ++i) {
        if (mutant_names[i] != wanted) continue;
        std::fprintf(stderr, "seeded defect: %s\n", wanted);
        return static_cast<Mutant>(i);
    }
    std::fprintf(stderr, "no such seeded defect: %s\n", wanted);
    std::abort();
}
inline Mutant active_mutant = mutant_of_environment();
inline bool mutant(Mutant one) {
    return active_mutant == one;
}
#else
constexpr bool mutant(Mutant) {
    return false;
}
#endif

}  // namespace rilon
