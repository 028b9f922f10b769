// The mission's policy at the command line (config/officer_policy.h): $RILON_HOME/policy.toml, for
// every profile there.
#pragma once

#include <string>

#include "config/officer_policy.h"
#include "node/control.pb.h"

namespace rilon {

std::string policy_path();
// No file, no policy. Errors: invalid, malformed, too_large, io; nothing is posted then.
Result<OfficerPolicy> load_policy();

// Fills in the legal basis where the alert names none.
void apply_policy(const OfficerPolicy& policy, proto::Alert& alert);

// Whether the node's plan for `operation` keeps to never_to. A withdrawal always does: it has to
// reach every copy. Errors: not_permitted, with who would read what and the remedy.
Status check_never_to(const NeverTo& never_to, const proto::Operation& operation,
                      const proto::PreparedResponse& prepared);

}  // namespace rilon
