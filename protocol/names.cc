// Folding of names and document numbers; the comparison is in name_compare.cc.
#include "protocol/names.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/name_data.h"
#include "protocol/name_similarity.h"
#include "protocol/translit.h"

namespace rilon {
namespace {

constexpr std::size_t words_max = 32;
constexpr std::size_t document_number_max = 64;

struct Word {
    std::string text;
    bool unvowelled = false;
    bool common = false;
    bool patronym = false;
};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The marker BIN in place of a/l, s/o and the like where they stand as words of their own.
std::string with_plain_markers(std::string_view text) {
    std::string out(text);
    for (std::size_t i = 1; i + 1 < out.size(); ++i) {
        if (out[i] != '/' || !is_letter(out[i - 1]) || !is_letter(out[i + 1])) continue;
        bool alone =
            (i < 2 || !is_letter(out[i - 2])) && (i + 2 >= out.size() || !is_letter(out[i + 2]));
        const char marker[] = {static_cast<char>(out[i - 1] | 0x20), '/',
                               static_cast<char>(out[i + 1] | 0x20)};
        auto known = stroke_markers();
        if (alone &&
            std::find(known.begin(), known.end(), std::string_view(marker, 3)) != known.end())
            out.replace(i - 1, 3, "BIN");
    }
    return out;
}

// A digit among letters is a letter misread or disguised.
void letters_for_digits(std::string* word) {
    if (std::none_of(word->begin(), word->end(), is_letter)) return;
    constexpr std::string_view from = "0134578";
    constexpr std::string_view to = "OIEASTB";
    for (char& c : *word) {
        std::size_t at = from.find(c);
        if (at != std::string_view::npos) c = to[at];
    }
}

std::vector<Word> split_words(const Transliteration& letters, bool from_zone) {
    std::vector<Word> out(1);
    for (char c : letters.plain) {
        if (c != '<')
            out.back().text += c;
        else if (out.size() < words_max)
            out.emplace_back();
        else
            break;
    }
    std::erase_if(out, [](const Word& word) { return word.text.empty(); });
    for (Word& word : out) {
        word.unvowelled = letters.unvowelled;
        letters_for_digits(&word.text);
        bool arabic = false;
        if (from_zone) word.text = plain_of_arabic_mrz(word.text, &arabic);
        word.unvowelled = word.unvowelled || arabic;
    }
    return out;
}

bool is_kind(const Word& word, NameWordKind kind) {
    const NameWord* known = find_name_word(word.text);
    return known != nullptr && known->kind == kind;
}

// What remains of ABDULLAH after its servant word; the last two from Arabic script.
bool is_god(std::string_view word) {
    constexpr std::string_view forms[] = {"ALLAH", "ULLAH", "LLAH", "LAH", "ALLH", "LLH"};
    return std::find(std::begin(forms), std::end(forms), word) != std::end(forms);
}

// ABDULRAHMAN → RAHMAN, ALRHMN (Arabic script) → RHMN. ABDULLAH stays a name of its own.
void strip_joined(Word* word) {
    std::string& text = word->text;
    for (std::string_view prefix : servant_prefixes()) {
        if (!text.starts_with(prefix) || text.size() < prefix.size() + 4) continue;
        if (text.substr(prefix.size()).starts_with("LAH")) return;
        text.erase(0, prefix.size());
        return;
    }
    if (word->unvowelled && text.starts_with("AL") && text.size() >= 5 && !is_god(text))
        text.erase(0, 2);
}

// The name that the servant word at `*i` belongs to; moves on past it.
std::optional<Word> servant_name(const std::vector<Word>& words, std::size_t* i) {
    std::size_t next = *i + 1;
    while (next < words.size() && is_kind(words[next], NameWordKind::article)) ++next;
    if (next >= words.size()) return std::nullopt;
    *i = next;
    Word out = words[next];
    if (is_god(out.text))
        out.text = "ABDULLAH";
    else
        strip_joined(&out);
    return out;
}

// Does what follows show that the word at `i` is a title? Another title does, and a marker: Malays
// write bin and binti, Vietnamese never do.
bool is_title(const std::vector<Word>& words, std::size_t i) {
    if (i + 1 < words.size() && is_kind(words[i + 1], NameWordKind::honorific)) return true;
    return std::any_of(words.begin() + static_cast<std::ptrdiff_t>(i), words.end(),
                       [](const Word& w) { return is_kind(w, NameWordKind::patronymic); });
}

std::vector<Word> names_among(const std::vector<Word>& words) {
    std::vector<Word> out;
    bool after_marker = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const NameWord* known = find_name_word(words[i].text);
        Word word = words[i];
        const bool name_after_all =
            known != nullptr && known->kind == NameWordKind::courtesy && !is_title(words, i);
        if (known != nullptr && !name_after_all) {
            if (known->kind == NameWordKind::servant) {
                if (auto name = servant_name(words, &i)) word = *std::move(name);
            } else if (known->kind == NameWordKind::muhammad) {
                word.text = "MUHAMMAD";
            } else {
                after_marker = after_marker || known->kind == NameWordKind::patronymic;
                continue;
            }
        } else {
            strip_joined(&word);
        }
        word.patronym = std::exchange(after_marker, false);
        word.common = word.text == "MUHAMMAD";
        out.push_back(std::move(word));
    }
    // Nothing but titles and markers: then they are the name.
    return out.empty() ? words : out;
}

}  // namespace

FoldedName fold_letters(std::string_view text, NameSource source) {
    text = text.substr(0, translit_code_points_max * 4);
    Transliteration letters = transliterate(with_plain_markers(text));
    FoldedName out;
    out.complete = letters.complete;
    out.truncated = source == NameSource::mrz_truncated;
    std::vector<Word> words = names_among(split_words(letters, source != NameSource::written));
    if (words.size() > name_tokens_max) words.resize(name_tokens_max);
    for (Word& word : words) {
        if (word.text.size() > name_token_chars_max) word.text.resize(name_token_chars_max);
        NameToken& token = out.tokens[out.size++];
        token.text = static_cast<std::uint16_t>(out.letters.size());
        token.text_size = static_cast<std::uint8_t>(word.text.size());
        token.unvowelled = word.unvowelled;
        token.common = word.common;
        token.patronym = word.patronym;
        out.letters += word.text;
    }
    return out;
}

std::string name_sound(const FoldedName& name, std::size_t i) {
    std::string key = name_sound_key(name.text(i));
    if (key.size() > name_token_chars_max) key.resize(name_token_chars_max);
    return key;
}

FoldedName fold_name(std::string_view text, NameSource source) {
    FoldedName out = fold_letters(text, source);
    // All texts, then all keys: neighbours can be read as one word.
    for (std::size_t i = 0; i < out.size; ++i) {
        std::string key = name_sound(out, i);
        out.tokens[i].key = static_cast<std::uint16_t>(out.letters.size());
        out.tokens[i].key_size = static_cast<std::uint8_t>(key.size());
        out.letters += key;
    }
    return out;
}

std::string fold_document_number(std::string_view text) {
    constexpr std::string_view from = "OISBZ";
    constexpr std::string_view to = "01582";
    std::string out;
    for (char c : text) {
        if (out.size() == document_number_max) break;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'A' && c <= 'Z')) continue;
        std::size_t at = from.find(c);
        out += at == std::string_view::npos ? c : to[at];
    }
    return out;
}

}  // namespace rilon
