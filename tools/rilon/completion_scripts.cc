#include "tools/rilon/completion_scripts.h"

namespace rilon {
namespace {

// The words go through a pipe: what is being typed may be a name, and arguments are seen by every
// user of the machine. The first line of the answer is "files" or "words"; the others are a
// candidate, a tab and what it means. zsh hands words over as typed, quotes and all (Q takes them
// off), and would drop a candidate in another case than what was typed (-M).
constexpr const char* bash_script =
    R"(# rilon: completion for bash. In ~/.bashrc: source <(rilon completion bash)
_rilon() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            files) compopt -o default 2>/dev/null ;;
            words) ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(printf '%s\0' "${COMP_WORDS[@]:1:COMP_CWORD}" | "${COMP_WORDS[0]}" complete 2>/dev/null)
}
complete -F _rilon rilon
)";

constexpr const char* zsh_script = R"(#compdef rilon
# rilon: completion for zsh. In ~/.zshrc, after compinit: source <(rilon completion zsh)
_rilon() {
    local line files
    local -a found
    while IFS= read -r line; do
        case $line in
            files) files=1 ;;
            words) ;;
            *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done < <(printf '%s\0' "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" | "${(Q)words[1]}" complete 2>/dev/null)
    (( ${#found} )) && _describe rilon found -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}'
    [[ -n $files ]] && { compset -P '--*='; _files }
}
if [ "$funcstack[1]" = _rilon ]; then _rilon "$@"; else compdef _rilon rilon; fi
)";

constexpr const char* fish_script =
    R"(# rilon: completion for fish. rilon completion fish > ~/.config/fish/completions/rilon.fish
function __rilon_complete
    set -l current (commandline -ct)
    set -l words (commandline -opc) "$current"
    set -l answer (printf '%s\0' $words[2..-1] | $words[1] complete 2>/dev/null)
    if test "$answer[1]" = files
        set -l front (string match -r -- '^--[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            echo "$front$path"
        end
    end
    if test (count $answer) -gt 1
        printf '%s\n' $answer[2..-1]
    end
end
complete -c rilon -f -a '(__rilon_complete)'
)";

}  // namespace

const char* completion_script(std::string_view shell) {
    if (shell == "bash") return bash_script;
    if (shell == "zsh") return zsh_script;
    if (shell == "fish") return fish_script;
    return nullptr;
}

}  // namespace rilon
