// Every target, in the order of run.sh.
#include "tests/fuzz/fuzz.h"

namespace rilon {

extern const FuzzTarget fuzz_genesis, fuzz_grant, fuzz_redact, fuzz_content, fuzz_operation,
    fuzz_control, fuzz_definition, fuzz_statement, fuzz_directory, fuzz_checkpoint, fuzz_entry,
    fuzz_head, fuzz_ack, fuzz_sealed_ack, fuzz_armour, fuzz_network_file, fuzz_grant_file,
    fuzz_request, fuzz_draft, fuzz_coordinator_request, fuzz_identity, fuzz_sealed_file,
    fuzz_personal_key, fuzz_row, fuzz_resume, fuzz_agent, fuzz_peer_of_node,
    fuzz_peer_of_coordinator, fuzz_sync_head, fuzz_slot, fuzz_stream, fuzz_mrz, fuzz_names,
    fuzz_text, fuzz_command_line, fuzz_config, fuzz_policy, fuzz_completion, fuzz_alert_file,
    fuzz_un_list, fuzz_caseload, fuzz_chunk, fuzz_picture;

std::span<const FuzzTarget* const> fuzz_targets() {
    static const FuzzTarget* const all[] = {
        &fuzz_genesis,    &fuzz_grant,       &fuzz_redact,       &fuzz_content,
        &fuzz_operation,  &fuzz_control,     &fuzz_definition,   &fuzz_statement,
        &fuzz_directory,  &fuzz_checkpoint,  &fuzz_entry,        &fuzz_head,
        &fuzz_ack,        &fuzz_sealed_ack,  &fuzz_armour,       &fuzz_network_file,
        &fuzz_grant_file, &fuzz_request,     &fuzz_draft,        &fuzz_coordinator_request,
        &fuzz_identity,   &fuzz_sealed_file, &fuzz_personal_key, &fuzz_row,
        &fuzz_resume,     &fuzz_agent,       &fuzz_peer_of_node, &fuzz_peer_of_coordinator,
        &fuzz_sync_head,  &fuzz_slot,        &fuzz_stream,       &fuzz_mrz,
        &fuzz_names,      &fuzz_text,        &fuzz_command_line, &fuzz_config,
        &fuzz_policy,     &fuzz_completion,  &fuzz_alert_file,   &fuzz_un_list,
        &fuzz_caseload,   &fuzz_chunk,       &fuzz_picture};
    return all;
}

}  // namespace rilon
