// How alike two names of persons are, and why. Names are folded to the alphabet of the
// machine-readable zone once, then compared as often as needed. A likeness of names alone never
// says "same person": birth date, nationality and sex are separate factors, shown beside it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace rilon {

// A name has at most this many words that count; further ones are left out of the comparison.
constexpr std::size_t name_tokens_max = 8;
// Longer words are cut.
constexpr std::size_t name_token_chars_max = 24;

// A word of a folded name: offsets into FoldedName::letters.
struct NameToken {
    std::uint16_t text = 0;  // The word, A-Z and 0-9.
    std::uint16_t key = 0;   // The same by sound (name_similarity.h), for spellings by ear.
    std::uint8_t text_size = 0;
    std::uint8_t key_size = 0;
    bool unvowelled = false;  // From Arabic script: only consonants can be compared.
    bool common = false;      // A name so common that it tells little (MUHAMMAD).
    bool patronym = false;    // After bin, binti, ibn, a/l, s/o: the name of a parent.
};

// Made by fold_name and fold_letters alone; about 150 bytes.
struct FoldedName {
    std::string letters;
    std::array<NameToken, name_tokens_max> tokens{};
    std::uint8_t size = 0;   // Words that count.
    bool complete = true;    // False: a script without an ICAO table was in it.
    bool truncated = false;  // The last word may go on (MRZ).

    std::string_view text(std::size_t i) const {
        return std::string_view(letters).substr(tokens[i].text, tokens[i].text_size);
    }
    std::string_view key(std::size_t i) const {
        return std::string_view(letters).substr(tokens[i].key, tokens[i].key_size);
    }
};

enum class NameVerdict { no, possible, strong };
// "no", "possible", "strong".
const char* name_verdict_name(NameVerdict verdict);

// From these on, a score is possible or strong.
constexpr double name_score_possible = 0.80;
constexpr double name_score_strong = 0.92;

struct NameScore {
    double score = 0;  // 0 to 1.
    NameVerdict verdict = NameVerdict::no;
};

struct NameComparison {
    double score = 0;
    NameVerdict verdict = NameVerdict::no;
    std::vector<std::string> reasons;      // What speaks for it, in words of A-Z.
    std::vector<std::string> differences;  // What differs or stands on one side only.
};

enum class NameSource {
    written,        // As people write it.
    mrz,            // A whole field of a zone.
    mrz_truncated,  // A field of a zone, full to its end (Mrz::name_truncated).
};

// Folds a name: transliteration (translit.h), honorifics and patronymic markers aside
// (name_data.h), articles joined to what they belong to, variants of the commonest name made one.
// Looks at the first 512 code points. Never fails: a name without a usable letter has size 0 and is
// like nothing.
FoldedName fold_name(std::string_view text, NameSource source = NameSource::written);
// The same without the sounds of the words, for an index that knows most of them already
// (NameIndex::add); can't be compared.
FoldedName fold_letters(std::string_view text, NameSource source = NameSource::written);
// The sound of the i-th word, as fold_name keeps it.
std::string name_sound(const FoldedName& name, std::size_t i);

// Words are aligned one to one so that the sum of likeness weighted by length is the greatest there
// is; order doesn't count. A word without a partner on both sides is a contradiction and weighs
// double; on one side only (a patronymic left out) it weighs little. One agreeing word of several,
// an initial, or child and parent exchanged is never strong. Symmetric; hardly allocates; about a
// microsecond.
NameScore compare_folded(const FoldedName& a, const FoldedName& b);

// The same with its reasons.
NameComparison explain_folded(const FoldedName& a, const FoldedName& b);
NameComparison compare_names(std::string_view a, std::string_view b);

// A document number for comparing: A-Z and 0-9 only, and one character for each pair that eyes take
// for each other: O→0, I→1, S→5, B→8, Z→2. At most 64 characters.
std::string fold_document_number(std::string_view text);

}  // namespace rilon
