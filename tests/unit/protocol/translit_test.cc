#include "protocol/translit.h"

#include <gtest/gtest.h>

#include <random>

namespace rilon {
namespace {

TEST(Translit, Latin) {
    EXPECT_EQ(translit_for_mrz("Müller-Lüdenscheidt"), "MUELLER<LUEDENSCHEIDT");
    EXPECT_EQ(translit_for_mrz("Þórður Ægisson"), "THORDUR<AEGISSON");
    EXPECT_EQ(translit_for_mrz("Åse Bjørnsen"), "AASE<BJOERNSEN");
    EXPECT_EQ(translit_for_mrz("Groß"), "GROSS");
    EXPECT_EQ(translit_for_mrz("Łukasz Żółć"), "LUKASZ<ZOLC");
    EXPECT_EQ(translit_for_mrz("Recep Tayyip Erdoğan, ılgaz İzmir"),
              "RECEP<TAYYIP<ERDOGAN<ILGAZ<IZMIR");
    EXPECT_EQ(translit_for_mrz("Nguyễn Văn Đức"), "NGUYEN<VAN<DUC");
    EXPECT_EQ(translit_for_mrz("O'Brien D’Arcy"), "OBRIEN<DARCY");
    EXPECT_EQ(translit_for_mrz("e\u0301tienne"), "ETIENNE");
    EXPECT_EQ(translit_for_mrz(" - ,, "), "");
    EXPECT_TRUE(transliterate("Müller").complete);
}

TEST(Translit, Cyrillic) {
    EXPECT_EQ(translit_for_mrz("Владимир Путин"), "VLADIMIR<PUTIN");
    EXPECT_EQ(translit_for_mrz("Щукин Юрий Хрущёв"), "SHCHUKIN<IURII<KHRUSHCHEV");
    EXPECT_EQ(translit_for_mrz("Дмитрий Медведев"), "DMITRII<MEDVEDEV");
    EXPECT_EQ(translit_for_mrz("Подъячев Ольга"), "PODIEIACHEV<OLGA");
    EXPECT_TRUE(transliterate("Игорь").complete);
}

TEST(Translit, Arabic) {
    Transliteration name = transliterate("محمد");
    EXPECT_EQ(name.mrz, "MXHMD");
    EXPECT_EQ(name.plain, "MHMD");
    EXPECT_TRUE(name.complete);
    EXPECT_TRUE(name.unvowelled);
    // The example of the specimen passport mrz32: EBDALRXHYM.
    EXPECT_EQ(translit_for_mrz("عبدالرحيم"), "EBDALRXHYM");
    EXPECT_EQ(translit_for_mrz("هبة"), "HBXAH");
    EXPECT_EQ(translit_for_mrz("محمّد"), "MXHMMD");  // Shadda doubles.
    EXPECT_EQ(translit_for_mrz("خالد محمود"), "XKHALD<MXHMWD");
    EXPECT_EQ(translit_for_mrz("٢٠٢٦"), "2026");
}

TEST(Translit, ArabicReadBackFromAZone) {
    bool unvowelled = false;
    EXPECT_EQ(plain_of_arabic_mrz("MXHMD", &unvowelled), "MHMD");
    EXPECT_TRUE(unvowelled);
    EXPECT_EQ(plain_of_arabic_mrz("ALEXHANDER", &unvowelled), "ALEXHANDER");
    EXPECT_FALSE(unvowelled);
    EXPECT_EQ(plain_of_arabic_mrz("MARX", &unvowelled), "MARX");
    EXPECT_FALSE(unvowelled);
    EXPECT_EQ(plain_of_arabic_mrz("", &unvowelled), "");
}

TEST(Translit, ScriptsWithoutATableSaySo) {
    for (const char* text :
         {"สมชาย", "金正恩", "김정은", "မောင်", "தமிழ்", "සිංහල", "ខ្មែរ", "ລາວ", "משה"})
        EXPECT_FALSE(transliterate(text).complete) << text;
    EXPECT_EQ(transliterate("金正恩 Kim").mrz.substr(transliterate("金正恩 Kim").mrz.size() - 3),
              "KIM");
}

TEST(Translit, AnythingGivesTheAlphabet) {
    std::mt19937 random(9);
    for (int round = 0; round < 5'000; ++round) {
        std::string text(random() % 64, ' ');
        for (char& c : text) c = static_cast<char>(random() & 0xFF);
        if (round % 2 == 0)
            for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
                text[i] = static_cast<char>(0xD0 + random() % 12);
                text[i + 1] = static_cast<char>(0x80 + random() % 64);
            }
        Transliteration out = transliterate(text);
        for (char c : out.mrz)
            EXPECT_TRUE((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<');
        EXPECT_EQ(out.mrz.find("<<"), std::string::npos);
        EXPECT_EQ(translit_for_mrz(out.mrz), out.mrz);  // A zone stays as it is.
    }
    EXPECT_LE(translit_for_mrz(std::string(10'000'000, 'a')).size(), translit_code_points_max);
}

}  // namespace
}  // namespace rilon
