#include "protocol/name_data.h"

#include <algorithm>
#include <array>

namespace rilon {
namespace {

using K = NameWordKind;

constexpr std::string_view title = "English title";
constexpr std::string_view malay = "Malay title";
constexpr std::string_view thai = "Thai title";
constexpr std::string_view son = "Arabic, Malay: son or daughter of";
constexpr std::string_view the = "Arabic article";
constexpr std::string_view variant = "spelling or abbreviation of Muhammad";
constexpr std::string_view servant = "Arabic: servant of";

// Sorted by word.
constexpr NameWord words[] = {
    {"ABD", K::servant, servant},
    {"ABDEL", K::servant, servant},
    {"ABDOL", K::servant, servant},
    {"ABDOUL", K::servant, servant},
    {"ABDUL", K::servant, servant},
    {"ABDUR", K::servant, servant},
    {"AL", K::article, the},
    {"AR", K::article, the},
    {"AS", K::article, the},
    {"AT", K::article, the},
    {"AZ", K::article, the},
    {"BEN", K::patronymic, "Maghreb: son of"},
    {"BIN", K::patronymic, son},
    {"BINT", K::patronymic, son},
    {"BINTE", K::patronymic, son},
    {"BINTI", K::patronymic, son},
    {"BT", K::patronymic, "Malay: binti, abbreviated"},
    {"CAPT", K::honorific, title},
    {"COL", K::honorific, title},
    {"DATIN", K::honorific, malay},
    {"DATO", K::honorific, malay},
    {"DATUK", K::honorific, malay},
    {"DATUKSERI", K::honorific, malay},
    {"DAW", K::honorific, "Burmese: Mrs"},
    {"DR", K::honorific, title},
    {"EL", K::article, the},
    {"ENCIK", K::honorific, malay},
    {"GEN", K::honorific, title},
    {"HAJI", K::honorific, "has been to Mecca"},
    {"HAJJ", K::honorific, "has been to Mecca"},
    {"HAJJI", K::honorific, "has been to Mecca"},
    {"HJ", K::honorific, "haji, abbreviated"},
    {"HJH", K::honorific, "hajah, abbreviated"},
    {"IBN", K::patronymic, son},
    {"KHUN", K::honorific, thai},
    {"MAULANA", K::honorific, "Urdu, Persian: cleric"},
    {"MAULAVI", K::honorific, "Urdu, Persian: cleric"},
    {"MAWLAWI", K::honorific, "Urdu, Persian: cleric"},
    {"MD", K::muhammad, variant},
    {"MISS", K::honorific, title},
    {"MOHAMAD", K::muhammad, variant},
    {"MOHAMED", K::muhammad, variant},
    {"MOHAMMAD", K::muhammad, variant},
    {"MOHAMMED", K::muhammad, variant},
    {"MOHD", K::muhammad, variant},
    {"MONSIEUR", K::honorific, "French: Mr"},
    {"MOSAMMAT", K::honorific, "Bengali: Mrs"},
    {"MOULANA", K::honorific, "Urdu, Persian: cleric"},
    {"MR", K::honorific, title},
    {"MRS", K::honorific, title},
    {"MS", K::honorific, title},
    {"MST", K::honorific, "Bengali: Mrs, abbreviated"},
    {"MUHAMAD", K::muhammad, variant},
    {"MUHAMED", K::muhammad, variant},
    {"MUHAMMAD", K::muhammad, variant},
    {"MUHAMMED", K::muhammad, variant},
    {"MUHD", K::muhammad, variant},
    {"MULLAH", K::honorific, "Pashto, Persian: cleric"},
    {"MUSAMMAT", K::honorific, "Bengali: Mrs"},
    {"NAI", K::honorific, thai},
    {"PRESIDENT", K::honorific, title},
    {"PROF", K::honorific, title},
    {"PUAN", K::honorific, malay},
    {"QARI", K::honorific, "reciter of the Koran"},
    {"SAYED", K::honorific, "descendant of the Prophet, a title first; weak as a name"},
    {"SAYYED", K::honorific, "descendant of the Prophet, a title first; weak as a name"},
    {"SAYYID", K::honorific, "descendant of the Prophet, a title first; weak as a name"},
    {"SHAIKH", K::honorific, "Arabic: elder, teacher"},
    {"SHEIK", K::honorific, "Arabic: elder, teacher"},
    {"SHEIKH", K::honorific, "Arabic: elder, teacher"},
    {"SHRI", K::honorific, "Hindi: Mr"},
    {"SIR", K::honorific, title},
    {"SMT", K::honorific, "Hindi: Mrs, abbreviated"},
    {"SRI", K::honorific, "Hindi, Sinhala: Mr"},
    {"SYED", K::honorific, "descendant of the Prophet, a title first; weak as a name"},
    {"THIRU", K::honorific, "Tamil: Mr"},
    {"TUAN", K::courtesy, "Malay title; one of the commonest Vietnamese given names"},
    {"U", K::honorific, "Burmese: Mr; alone it is no initial one could rely on"},
    {"UL", K::article, the},
    {"USTAD", K::honorific, "Urdu, Persian: master"},
    {"USTAZ", K::honorific, "Malay: religious teacher"},
};

// Malaysian Indian "son of", "daughter of"; Singapore and Sri Lanka "son", "daughter", "wife of".
constexpr std::string_view strokes[] = {"a/l", "a/p", "d/o", "s/o", "w/o"};

constexpr std::string_view prefixes[] = {"ABDOUL", "ABDEL", "ABDOL", "ABDAL",
                                         "ABDUL",  "ABDUR", "ABDAR", "ABDER"};

}  // namespace

const NameWord* find_name_word(std::string_view word) {
    const auto* at =
        std::lower_bound(std::begin(words), std::end(words), word,
                         [](const NameWord& w, std::string_view v) { return w.word < v; });
    return at != std::end(words) && at->word == word ? at : nullptr;
}

std::span<const std::string_view> stroke_markers() {
    return strokes;
}
std::span<const std::string_view> servant_prefixes() {
    return prefixes;
}

}  // namespace rilon
