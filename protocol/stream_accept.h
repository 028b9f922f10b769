// Accepting (protocol §3, steps 2 to 6) with the directory behind an interface of the few questions
// it is asked. Private to protocol/ and its tests: everybody else calls verify (stream.h), which
// asks the real directory.
#pragma once

#include "protocol/epoch.h"
#include "protocol/stream.h"
#include "protocol/structure.h"

namespace rilon {

// Who answers for the directory.
class Authority {
   public:
    Authority() = default;
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;
    virtual ~Authority() = default;

    virtual const NetworkId& network() const = 0;
    // Step 2: the origin's key of that generation as known at dir_seq. Errors: parked, unknown_key.
    virtual Result<SignPublicKey> signer(const EntryHeader& header) const = 0;
    // Step 3: the origin is a member at dir_seq. `stream` has its audience, also for a genesis.
    // Errors: not_member, quarantined.
    virtual Status check_member(const EntryHeader& header, const StreamState& stream) const = 0;
    // Step 4. Errors: quarantined.
    virtual Status check_standing(const UnverifiedEntry& entry,
                                  const StreamState& stream) const = 0;
    // Of step 5, for grants: the link is the directory's at dir_seq, and a definition is sealed if
    // and only if the directory does not know the audience. Errors: structure.
    virtual Status check_grant(const EntryHeader& header, const GrantBody& body,
                               const StreamState& stream) const = 0;
    // Step 6, for content and chunks: the members from the record `stream.members_checked` to the
    // entry's are the same. True: checked; false: not ours to know. Errors: stale_epoch.
    virtual Result<bool> check_epoch(const EntryHeader& header,
                                     const StreamState& stream) const = 0;
};

// An entry whose signature is known to be good under `signer`, or will be before anything is
// released. On success `stream` has moved on to it; on failure it is unchanged.
Status accept(const UnverifiedEntry& entry, const SignPublicKey& signer, StreamState& stream,
              const Authority& authority, const std::optional<EntryId>& held);

// What verify and verify_batch of stream.h are, once the directory has been given its interface.
Result<VerifiedEntry> verify_under(SignedEntry&& entry, StreamState& stream,
                                   const Authority& authority,
                                   const std::optional<EntryId>& held = std::nullopt);
Result<std::vector<VerifiedEntry>> verify_batch_under(std::vector<UnverifiedEntry>&& entries,
                                                      StreamState& stream,
                                                      const Authority& authority);

// Step 2's first half: our network, then the key. Errors: wrong_network, parked, unknown_key.
Result<SignPublicKey> signer_under(const UnverifiedEntry& entry, const Authority& authority);

// The real directory.
class DirectoryAuthority final : public Authority {
   public:
    explicit DirectoryAuthority(const AcceptContext& context)
        : directory_(context.directory),
          definition_(context.coordinator ? nullptr : context.definition) {}

    const NetworkId& network() const override { return directory_.network(); }
    Result<SignPublicKey> signer(const EntryHeader& header) const override;
    Status check_member(const EntryHeader& header, const StreamState& stream) const override;
    Status check_standing(const UnverifiedEntry& entry, const StreamState& stream) const override;
    Status check_grant(const EntryHeader& header, const GrantBody& body,
                       const StreamState& stream) const override;
    Result<bool> check_epoch(const EntryHeader& header, const StreamState& stream) const override;

   private:
    const Directory& directory_;
    const AudienceDefinition* definition_;
};

}  // namespace rilon
