#include "protocol/translit.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

namespace rilon {
namespace {

struct Letter {
    char32_t from;  // Upper case where the script has cases.
    std::string_view to;
};

// Section 6 A, the letters that aren't just their base letter without its marks. Sorted.
constexpr Letter latin[] = {
    {0x00C4, "AE"}, {0x00C5, "AA"}, {0x00C6, "AE"}, {0x00D0, "D"}, {0x00D6, "OE"}, {0x00D8, "OE"},
    {0x00DC, "UE"}, {0x00DE, "TH"}, {0x00DF, "SS"}, {0x0110, "D"}, {0x0126, "H"},  {0x0131, "I"},
    {0x0132, "IJ"}, {0x0138, "K"},  {0x013F, "L"},  {0x0141, "L"}, {0x014A, "N"},  {0x0152, "OE"},
    {0x0166, "T"},  {0x018F, "E"},  {0x1E9E, "SS"},
};

// Section 6 B; the general column, without the national exceptions. Sorted.
constexpr Letter cyrillic[] = {
    {0x0401, "E"},  {0x0402, "D"},  {0x0403, "G"},  {0x0404, "IE"}, {0x0405, "DZ"},
    {0x0406, "I"},  {0x0407, "I"},  {0x0408, "J"},  {0x0409, "LJ"}, {0x040A, "NJ"},
    {0x040B, "C"},  {0x040C, "K"},  {0x040E, "U"},  {0x040F, "DZ"}, {0x0410, "A"},
    {0x0411, "B"},  {0x0412, "V"},  {0x0413, "G"},  {0x0414, "D"},  {0x0415, "E"},
    {0x0416, "ZH"}, {0x0417, "Z"},  {0x0418, "I"},  {0x0419, "I"},  {0x041A, "K"},
    {0x041B, "L"},  {0x041C, "M"},  {0x041D, "N"},  {0x041E, "O"},  {0x041F, "P"},
    {0x0420, "R"},  {0x0421, "S"},  {0x0422, "T"},  {0x0423, "U"},  {0x0424, "F"},
    {0x0425, "KH"}, {0x0426, "TS"}, {0x0427, "CH"}, {0x0428, "SH"}, {0x0429, "SHCH"},
    {0x042A, "IE"}, {0x042B, "Y"},  {0x042C, ""},   {0x042D, "E"},  {0x042E, "IU"},
    {0x042F, "IA"}, {0x046A, "U"},  {0x0474, "Y"},  {0x0490, "G"},  {0x0492, "F"},
};

struct ArabicLetter {
    char32_t from;
    std::string_view to;     // Section 6 C.
    std::string_view plain;  // Its sound in everyday Latin spelling.
};

// Section 6 C. U+0629 has two forms, taken care of in the code. Sorted.
constexpr ArabicLetter arabic[] = {
    {0x0621, "XE", ""},    {0x0622, "XAA", "A"},  {0x0623, "XAE", "A"},  {0x0624, "U", "U"},
    {0x0625, "I", "I"},    {0x0626, "XI", "I"},   {0x0627, "A", "A"},    {0x0628, "B", "B"},
    {0x0629, "XTA", "A"},  {0x062A, "T", "T"},    {0x062B, "XTH", "TH"}, {0x062C, "J", "J"},
    {0x062D, "XH", "H"},   {0x062E, "XKH", "KH"}, {0x062F, "D", "D"},    {0x0630, "XDH", "DH"},
    {0x0631, "R", "R"},    {0x0632, "Z", "Z"},    {0x0633, "S", "S"},    {0x0634, "XSH", "SH"},
    {0x0635, "XSS", "S"},  {0x0636, "XDZ", "D"},  {0x0637, "XTT", "T"},  {0x0638, "XZZ", "Z"},
    {0x0639, "E", "A"},    {0x063A, "G", "GH"},   {0x0641, "F", "F"},    {0x0642, "Q", "Q"},
    {0x0643, "K", "K"},    {0x0644, "L", "L"},    {0x0645, "M", "M"},    {0x0646, "N", "N"},
    {0x0647, "H", "H"},    {0x0648, "W", "W"},    {0x0649, "XAY", "A"},  {0x064A, "Y", "Y"},
    {0x0671, "XXA", "A"},  {0x0679, "XXT", "T"},  {0x067C, "XRT", "T"},  {0x067E, "P", "P"},
    {0x0681, "XKE", "DZ"}, {0x0685, "XXH", "TS"}, {0x0686, "XC", "CH"},  {0x0688, "XXD", "D"},
    {0x0689, "XDR", "D"},  {0x0691, "XXR", "R"},  {0x0693, "XRR", "R"},  {0x0696, "XRX", "ZH"},
    {0x0698, "XJ", "ZH"},  {0x069A, "XXS", "SH"}, {0x06A9, "XKK", "K"},  {0x06AB, "XXK", "G"},
    {0x06AD, "XNG", "NG"}, {0x06AF, "XGG", "G"},  {0x06BA, "XNN", "N"},  {0x06BC, "XXN", "N"},
    {0x06BE, "XDO", "H"},  {0x06C0, "XYH", "H"},  {0x06C1, "XXG", "H"},  {0x06C2, "XGE", "H"},
    {0x06C3, "XTG", "A"},  {0x06CC, "XYA", "Y"},  {0x06CD, "XXY", "Y"},  {0x06D0, "Y", "Y"},
    {0x06D2, "XYB", "E"},  {0x06D3, "XBE", "E"},
};
constexpr char32_t teh_marbuta = 0x0629;
constexpr char32_t shadda = 0x0651;

template <class Entry, std::size_t N>
const Entry* find_letter(const Entry (&table)[N], char32_t c) {
    const Entry* at = std::lower_bound(std::begin(table), std::end(table), c,
                                       [](const Entry& e, char32_t v) { return e.from < v; });
    return at != std::end(table) && at->from == c ? at : nullptr;
}

bool is_apostrophe(char32_t c) {
    return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x02BB ||
           c == 0x02BF || c == 0x02BE || c == 0x00B4;
}

// The base of a letter with marks; 0 when there is none in A-Z.
char base_letter(char32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status)) return '\0';
    icu::UnicodeString parts;
    if (!nfkd->getDecomposition(static_cast<UChar32>(c), parts) || parts.isEmpty()) return '\0';
    UChar32 base = u_toupper(parts.char32At(0));
    // Marks upon marks (Vietnamese): ICU gives the full decomposition at once.
    return base >= 'A' && base <= 'Z' ? static_cast<char>(base) : '\0';
}

class Writer {
   public:
    explicit Writer(Transliteration* out) : out_(out) {}

    void letter(std::string_view mrz, std::string_view plain) {
        last_mrz_ = mrz;
        last_plain_ = plain;
        out_->mrz += mrz;
        out_->plain += plain;
    }
    void repeat() { letter(last_mrz_, last_plain_); }
    void part() {
        last_mrz_ = last_plain_ = {};
        if (!out_->mrz.empty() && out_->mrz.back() != '<') out_->mrz += '<';
        if (!out_->plain.empty() && out_->plain.back() != '<') out_->plain += '<';
    }

   private:
    Transliteration* out_;
    std::string_view last_mrz_;
    std::string_view last_plain_;
};

constexpr std::string_view ascii = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string_view ascii_letter(char32_t c) {
    if (c >= '0' && c <= '9') return ascii.substr(c - '0', 1);
    return ascii.substr(c - 'A' + 10, 1);
}

bool is_ascii_alnum(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// `next_is_letter`: the word goes on after this code point.
void write_code_point(char32_t raw, bool next_is_letter, Writer* writer, Transliteration* out) {
    auto c = static_cast<char32_t>(u_toupper(static_cast<UChar32>(raw)));
    if (is_ascii_alnum(c)) return writer->letter(ascii_letter(c), ascii_letter(c));
    if (is_apostrophe(c)) return;
    if (const Letter* l = find_letter(latin, c)) return writer->letter(l->to, l->to);
    if (const Letter* l = find_letter(cyrillic, c)) return writer->letter(l->to, l->to);
    if (const ArabicLetter* l = find_letter(arabic, c)) {
        out->unvowelled = true;
        bool at_end = c == teh_marbuta && !next_is_letter;
        return writer->letter(at_end ? "XAH" : l->to, l->plain);
    }
    if (c == shadda) return writer->repeat();
    auto mask = U_GET_GC_MASK(static_cast<UChar32>(raw));
    if ((mask & (U_GC_M_MASK | U_GC_CF_MASK | U_GC_LM_MASK)) != 0) {
        // Marks on a letter before them; but in the scripts of India and the south-east they are
        // vowels, and those have no table.
        if ((mask & U_GC_MC_MASK) != 0) out->complete = false;
        return;
    }
    int digit = u_charDigitValue(static_cast<UChar32>(raw));
    if (digit >= 0)
        return writer->letter(ascii.substr(static_cast<std::size_t>(digit), 1),
                              ascii.substr(static_cast<std::size_t>(digit), 1));
    if (char base = base_letter(c)) {
        auto text = ascii_letter(static_cast<char32_t>(base));
        return writer->letter(text, text);
    }
    if ((mask & U_GC_L_MASK) != 0) out->complete = false;
    writer->part();
}

void trim(std::string* text) {
    if (!text->empty() && text->back() == '<') text->pop_back();
}

bool is_vowel(char c) {
    return c == 'A' || c == 'E' || c == 'I' || c == 'O' || c == 'U';
}

// The X code that begins `text`, the longest one; null when none does.
const ArabicLetter* code_at(std::string_view text) {
    const ArabicLetter* best = nullptr;
    for (const ArabicLetter& l : arabic) {
        if (l.to.size() < 2 || !text.starts_with(l.to)) continue;
        if (best == nullptr || l.to.size() > best->to.size()) best = &l;
    }
    return best;
}

}  // namespace

Transliteration transliterate(std::string_view text) {
    Transliteration out;
    Writer writer(&out);
    // No code point has more than four bytes; ICU counts in 32 bits.
    text = text.substr(0, translit_code_points_max * 4);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    auto size = static_cast<std::int32_t>(text.size());
    std::int32_t i = 0;
    for (std::size_t count = 0; i < size && count < translit_code_points_max; ++count) {
        UChar32 c = 0;
        U8_NEXT(bytes, i, size, c);
        if (c < 0) {
            out.complete = false;
            writer.part();
            continue;
        }
        bool next_is_letter = false;
        if (i < size) {
            UChar32 next = 0;
            std::int32_t ahead = i;
            U8_NEXT(bytes, ahead, size, next);
            next_is_letter = next >= 0 && u_isalpha(next) != 0;
        }
        write_code_point(static_cast<char32_t>(c), next_is_letter, &writer, &out);
    }
    trim(&out.mrz);
    trim(&out.plain);
    return out;
}

std::string translit_for_mrz(std::string_view text) {
    return transliterate(text).mrz;
}

std::string plain_of_arabic_mrz(std::string_view mrz_word, bool* unvowelled) {
    std::string out;
    std::size_t codes = 0;
    for (std::size_t i = 0; i < mrz_word.size();) {
        const ArabicLetter* code = mrz_word[i] == 'X' ? code_at(mrz_word.substr(i)) : nullptr;
        if (code != nullptr) {
            out += code->plain;
            i += code->to.size();
            ++codes;
        } else {
            out += mrz_word[i] == 'E' ? 'A' : mrz_word[i];
            ++i;
        }
    }
    auto vowels =
        static_cast<std::size_t>(std::count_if(mrz_word.begin(), mrz_word.end(), is_vowel));
    *unvowelled = codes > 0 && vowels * 10 < mrz_word.size() * 3;
    return *unvowelled ? out : std::string(mrz_word);
}

}  // namespace rilon
