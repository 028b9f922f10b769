#include "tests/names/labelled_names.h"

#include <fstream>

#include "protocol/names.h"

namespace rilon {
namespace {

constexpr std::size_t zone_letters = 39;  // Of a TD3's name field.

FoldedName fold_labelled(const std::string& name) {
    if (name.find('<') == std::string::npos) return fold_name(name);
    bool cut = name.size() == zone_letters && name.back() != '<';
    return fold_name(name, cut ? NameSource::mrz_truncated : NameSource::mrz);
}

void compare(LabelledPair& pair) {
    FoldedName a = fold_labelled(pair.a), b = fold_labelled(pair.b);
    pair.readable = a.complete && b.complete;
    pair.score = compare_folded(a, b).score;
}

Result<std::vector<LabelledPair>> regional_file(const std::string& path) {
    auto rows = read_rows(path);
    if (!rows) return rows.error();
    std::vector<LabelledPair> out;
    for (std::size_t i = 1; i < rows->size(); ++i) {
        const std::vector<std::string>& row = (*rows)[i];
        if (row.size() != 6 || (row[4] != "0" && row[4] != "1") ||
            (row[5] != "tune" && row[5] != "held-out"))
            return Error{Errc::invalid, path + ": row " + std::to_string(i) + " is no pair"};
        out.push_back({row[0], row[1], row[2], row[3], row[4] == "1", row[5] == "held-out"});
        compare(out.back());
    }
    return out;
}

double share(std::size_t part, std::size_t rest) {
    return part + rest == 0 ? 1 : static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

Result<std::vector<std::vector<std::string>>> read_rows(const std::string& path) {
    std::ifstream file(path);
    if (!file.is_open()) return Error{Errc::not_found, path + " can't be read"};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        rows.emplace_back(1);
        bool quoted = false;
        for (char c : line) {
            if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
                rows.back().emplace_back();
            else if (c != '\r')
                rows.back().back() += c;
        }
    }
    return rows;
}

Result<std::vector<LabelledPair>> regional_pairs(const std::string& dir) {
    auto out = regional_file(dir + "/by_rule.csv");
    if (!out) return out;
    auto by_hand = regional_file(dir + "/by_hand.csv");
    if (!by_hand) return by_hand;
    out->insert(out->end(), by_hand->begin(), by_hand->end());
    return out;
}

Result<std::vector<LabelledPair>> name_pairs(const std::string& dir) {
    auto rows = read_rows(dir + "/name_pairs.csv");
    if (!rows) return rows.error();
    std::vector<LabelledPair> out;
    for (std::size_t i = 1; i < rows->size(); ++i) {
        const std::vector<std::string>& row = (*rows)[i];
        if (row.size() < 5) return Error{Errc::invalid, "name_pairs.csv has a short row"};
        out.push_back({std::to_string(i), row[0], row[2], row[3], row[4] == "true"});
        compare(out.back());
    }
    return out;
}

Result<std::vector<LabelledPair>> cross_script_pairs(const std::string& dir) {
    auto rows = read_rows(dir + "/cross_script_pairs.csv");
    if (!rows) return rows.error();
    std::vector<LabelledPair> out;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        for (std::size_t j = 0; j < rows->size(); ++j) {
            // Two scripts' forms of one name are in it.
            if (i != j && (*rows)[i][1] == (*rows)[j][1]) continue;
            out.push_back({std::to_string(i) + "-" + std::to_string(j), "cross_script",
                           (*rows)[i][0], (*rows)[j][1], i == j});
            compare(out.back());
        }
    }
    return out;
}

double Rates::precision() const {
    return share(found, wrong);
}
double Rates::recall() const {
    return share(found, missed);
}

Rates rates(const std::vector<LabelledPair>& pairs, double threshold) {
    Rates out;
    for (const LabelledPair& pair : pairs) {
        bool said = pair.score >= threshold;
        std::size_t& cell =
            pair.same ? (said ? out.found : out.missed) : (said ? out.wrong : out.right);
        ++cell;
    }
    return out;
}

}  // namespace rilon
