#include "protocol/name_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "protocol/name_similarity.h"
#include "tests/support/population.h"

namespace rilon {
namespace {

// What comparing with every name finds.
std::map<NameIndex::Id, double> scan(const std::map<NameIndex::Id, FoldedName>& names,
                                     const FoldedName& asked) {
    std::map<NameIndex::Id, double> out;
    for (const auto& [id, name] : names)
        if (double score = compare_folded(asked, name).score; score >= name_score_possible)
            out[id] = score;
    return out;
}

std::map<NameIndex::Id, double> ask(const NameIndex& index, const FoldedName& asked) {
    std::map<NameIndex::Id, double> out;
    for (const auto& match : index.like(asked))
        EXPECT_TRUE(out.emplace(match.name, match.score).second);
    return out;
}

class NameIndexTest : public testing::Test {
   protected:
    NameIndex::Id add(const std::string& text) {
        FoldedName name = fold_name(text);
        NameIndex::Id id = index.add(fold_letters(text));
        EXPECT_TRUE(names.emplace(id, name).second);
        return id;
    }
    // Asks by index and by scan; what the scan found that the index did not.
    std::size_t missed(const std::string& text, std::size_t* found) {
        FoldedName asked = fold_name(text);
        auto all = scan(names, asked);
        auto some = ask(index, asked);
        std::size_t out = 0;
        for (const auto& [id, score] : all) {
            auto at = some.find(id);
            if (at == some.end())
                ++out;
            else
                EXPECT_EQ(at->second, score) << text;
        }
        EXPECT_LE(some.size(), all.size()) << text;
        *found += all.size();
        return out;
    }
    bool finds(const std::string& asked, const std::string& kept) {
        NameIndex::Id id = add(kept);
        bool out = ask(index, fold_name(asked)).contains(id);
        EXPECT_EQ(out, compare_folded(fold_name(asked), names.at(id)).score >= name_score_possible)
            << asked << " / " << kept;
        index.remove(id);
        names.erase(id);
        return out;
    }

    NameIndex index;
    std::map<NameIndex::Id, FoldedName> names;
};

TEST_F(NameIndexTest, FindsWhatComparingFinds) {
    for (auto [asked, kept] : std::vector<std::pair<const char*, const char*>>{
             {"Jonas Lindqvist", "Jonas Lindqvist"},
             {"Jonas Lindqvist", "Jonas Lindkvist"},
             {"Yusuf Ahmad", "Youssouf Ahmed"},
             {"Vladimir Putin", "Vladimirputin"},
             {"Vladimirputin", "Vladimir Putin"},
             {"Jonas Lindqvist", "J Lindqvist"},
             {"J Lindqvist", "Jonas Lindqvist"},
             {"J Lindqvist Wilhelm", "Jonas Lindqvist"},
             {"Jonas Wilhelm Lindqvist", "Lindqvist"},
             {"Lindqvist", "Jonas Wilhelm Lindqvist"},
             {"Ahmad bin Abdullah", "Ahmad"},
             {"عبد الرحمن حسن", "Abdulrahman Hassan"},
             {"Hassan Rahman", "عبد الرحمن حسن"},
             {"Bartholomew Fitzgerald Li", "Bartholomew Fitzgerald Ng"},
             {"Ali", "Aly"}})
        EXPECT_TRUE(finds(asked, kept)) << asked << " / " << kept;
    EXPECT_FALSE(finds("Jonas Lindqvist", "Maria Oyelaran"));
    EXPECT_FALSE(finds("", "Maria"));
    EXPECT_EQ(index.words(), 0u);
}

TEST_F(NameIndexTest, ANameComesOutAsItWentIn) {
    for (const char* text : {"Ahmad bin Md. Yusof", "عبد الرحمن", "J. R. Hartley", "Haji", "",
                             "Ali bin Ali", "สมชาย"}) {
        NameIndex::Id id = add(text);
        FoldedName in = names.at(id);
        FoldedName out = index.name(id);
        EXPECT_EQ(out.letters, in.letters) << text;
        EXPECT_EQ(out.complete, in.complete);
        for (std::size_t i = 0; i < in.size; ++i) {
            EXPECT_EQ(out.text(i), in.text(i));
            EXPECT_EQ(out.key(i), in.key(i));
            EXPECT_EQ(out.tokens[i].patronym, in.tokens[i].patronym);
            EXPECT_EQ(out.tokens[i].unvowelled, in.tokens[i].unvowelled);
            EXPECT_EQ(out.tokens[i].common, in.tokens[i].common);
        }
        EXPECT_EQ(explain_folded(in, out).score, in.size == 0 ? 0 : 1) << text;
    }
}

// One to three slips of the pen or of the ear.
std::string misspelt(std::string text, SeededRng& rng) {
    for (std::uint64_t slips = 1 + rng.below(3); slips > 0 && text.size() > 2; --slips) {
        std::size_t at = 1 + rng.below(text.size() - 1);
        switch (rng.below(5)) {
            case 0: text.erase(at, 1); break;
            case 1: text.insert(at, 1, static_cast<char>('A' + rng.below(26))); break;
            case 2: std::swap(text[at - 1], text[at]); break;
            case 3: text[at] = "AEIOUY"[rng.below(6)]; break;
            default: text[at] = static_cast<char>('A' + rng.below(26)); break;
        }
    }
    return text;
}

TEST_F(NameIndexTest, MissesNextToNothingOfWhatComparingWithEveryoneFinds) {
    Population population(5);
    SeededRng rng(6);
    std::vector<std::string> texts;
    for (int i = 0; i < 8000; ++i) {
        texts.push_back(population.next().name());
        add(texts.back());
    }
    std::size_t found = 0, lost = 0, slips_found = 0, slips_lost = 0;
    for (int i = 0; i < 300; ++i) {
        const std::string& text = texts[rng.below(texts.size())];
        lost += missed(text, &found);
        slips_lost += missed(misspelt(text, rng), &slips_found);
    }
    std::printf("as written: %zu of %zu missed; with slips: %zu of %zu\n", lost, found, slips_lost,
                slips_found);
    EXPECT_GE(found, 1000u);
    EXPECT_GE(slips_found, 500u);
    EXPECT_LE(lost * 500, found);
    EXPECT_LE(slips_lost * 100, slips_found);
}

// A name as a passport, a zone cut at its end, a clerk or another script may have it.
std::pair<std::string, NameSource> written(std::string text, SeededRng& rng) {
    switch (rng.below(8)) {
        case 0:
            return {text.substr(0, std::max<std::size_t>(5, text.size() - rng.below(4))),
                    NameSource::mrz_truncated};
        case 1: return {text.insert(1 + rng.below(text.size() - 1), " "), NameSource::written};
        case 2: std::erase(text, ' '); return {text, NameSource::written};
        case 3: return {text + " " + text.substr(0, 4), NameSource::written};
        case 4: return {text + " bin Abdul Rahman a/l Omar Hassan", NameSource::written};
        case 5: return {"عبد الرحمن " + text, NameSource::written};
        default: return {text, NameSource::written};
    }
}

// What the index works out word by word is what comparing the two names gives, to the last bit:
// written apart and together, cut off, with initials, from two scripts, of one word and of eight.
TEST_F(NameIndexTest, AScoreIsThatOfComparingTheTwoWhateverTheirForm) {
    Population population(11);
    SeededRng rng(12);
    std::vector<std::string> texts;
    for (int i = 0; i < 3000; ++i) {
        texts.push_back(population.next().name());
        auto [text, source] = written(texts.back(), rng);
        const NameIndex::Id id = index.add(fold_letters(text, source));
        names.emplace(id, fold_name(text, source));
    }
    std::size_t compared = 0, strong = 0;
    for (int i = 0; i < 600; ++i) {
        auto [text, source] = written(texts[rng.below(texts.size())], rng);
        const FoldedName asked = fold_name(rng.below(3) == 0 ? misspelt(text, rng) : text, source);
        for (const auto& match : index.like(asked)) {
            ++compared;
            const double score = compare_folded(asked, names.at(match.name)).score;
            ASSERT_EQ(match.score, score) << text << " / " << names.at(match.name).letters;
            strong += score >= name_score_strong ? 1u : 0u;
        }
    }
    EXPECT_GT(compared, 1500u);
    EXPECT_GT(strong, 300u);
}

// Names come and go: what is gone is not found, and no word of it stays.
TEST_F(NameIndexTest, WhatIsRemovedIsGone) {
    Population population(7);
    SeededRng rng(8);
    std::vector<std::pair<NameIndex::Id, std::string>> held;
    std::size_t found = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string text = population.next().name();
        held.emplace_back(add(text), text);
        if (i % 3 != 0) continue;
        std::size_t out = rng.below(held.size());
        index.remove(held[out].first);
        names.erase(held[out].first);
        std::swap(held[out], held.back());
        held.pop_back();
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(missed(held[rng.below(held.size())].second, &found), 0u);
    EXPECT_GT(found, 100u);
    std::set<std::string> words;
    for (const auto& [id, name] : names)
        for (std::size_t i = 0; i < name.size; ++i) words.emplace(name.text(i));
    EXPECT_EQ(index.words(), words.size());
    for (const auto& [id, text] : held) index.remove(id);
    EXPECT_EQ(index.words(), 0u);
}

}  // namespace
}  // namespace rilon
