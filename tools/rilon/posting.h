// The way of a posting (docs/wire.md, "Content"): PREPARE → the officer sees the readers → signs
// each part → COMMIT → receipt. Used by every command that writes.
#pragma once

#include "node/control.pb.h"
#include "tools/rilon/session.h"

namespace rilon {

// --to, --except-host, --with-host, --exclude, --only, --tell-issuer, --release-reason → wish.
// Added to what a draft wished: who was left out stays left out.
// Errors: usage.
Status read_wish(const Args& args, proto::Wish& wish);

// The same options as words to repeat: " --to BKK --except-host".
std::string wish_words(const Args& args);
// --urgent and --flash.
void read_precedence(const Args& args, proto::PrepareRequest& prepare);

struct Posting {
    proto::PrepareRequest prepare;
    std::string headline;  // Shown above the readers; empty: none.
    // Narrow, grant: what the officer looked at, and what is signed once more.
    proto::Alert text = {};
    proto::Onward onward = {};         // Grant, refuse: the request that he looked at.
    std::vector<Bytes> attached = {};  // Of the alert's attachments; empty: the node has it.
};

// The options every writing command has: --dry-run, --yes, --wait held. Gives 0, or 6 when --wait
// held was asked and nobody else holds it yet. Errors: the node's; usage (nobody to confirm);
// interrupted (the officer said no).
Result<int> post(Context& context, Session& session, Posting& posting);

// PREPARE, sign, COMMIT without a look: for the rows of an import that was confirmed as a whole.
Status post_quietly(Session& session, const Posting& posting);

// The audience of a publish that names none: the profile's default_to, else asked once and kept
// there; never the whole network by itself. Errors: usage.
Status choose_audience(Context& context, Session& session, proto::Wish& wish);

// What was typed at "-" outlives a failure that comes before there is a draft: the error with where
// the text is and how to give it once more. Words of the command line stand in the terminal still.
// `again`: the command, up to the file's name.
Error keep_typed(const std::vector<std::string>& words, const std::string& text, std::string again,
                 const Error& error);

// The draft as it survives: written before anything is asked, taken away when posted. `resume` is
// the command that goes on with it, up to the file's name: "rilon post -f". Errors: io.
class KeptDraft {
   public:
    static Result<KeptDraft> keep(const std::string& text, std::string resume);
    // Posted: the file goes.
    void done();
    // Posted from this file, which goes too if it was kept so; an officer's own file stays.
    static void done_with(const std::string& path);
    // The error with where the draft is and how to go on.
    Error kept(const Error& error) const;
    const std::string& path() const { return path_; }

   private:
    KeptDraft(std::string path, std::string resume)
        : path_(std::move(path)), resume_(std::move(resume)) {}
    std::string path_;
    std::string resume_;
};

}  // namespace rilon
