// How alike two words of names are: Jaro-Winkler, held back by the number of edits, over the words
// themselves and over their sound. Internal to names.h.
#pragma once

#include <string>
#include <string_view>

namespace rilon {

// Jaro-Winkler similarity, 0 to 1, prefix scale 0.1 over at most 4 characters (Winkler 1990). Words
// of up to 64 characters; longer ones are cut.
double jaro_winkler(std::string_view a, std::string_view b);

// The word by sound, for spellings by ear of the same name (YUSUF, YOUSOUF; HUSAYN, HUSSEIN):
// doubled letters single, vowels in three classes, digraphs for one consonant made one letter. A-Z.
std::string name_sound_key(std::string_view word);

// The consonants of a sound key, for comparing with a script that writes no short vowels.
std::string name_skeleton(std::string_view key);

// Edits that two words may be apart and still be alike, the longer one having so many letters; in
// letters, and by sound.
std::size_t name_text_edits_max(std::size_t letters);
std::size_t name_sound_edits_max(std::size_t letters);

// What a word weighs in the comparison of names, in letters.
double name_word_weight(std::string_view text, bool common);

struct NameWordPair {
    std::string_view a;
    std::string_view a_key;
    std::string_view b;
    std::string_view b_key;
    bool skeletons = false;  // One of them has no vowels.
};

// 1 for equal words, 0 when too much differs for them to be one, else between. Symmetric.
double name_word_similarity(const NameWordPair& pair);

}  // namespace rilon
