// The made-up alerts as a bundle on stdout, for tests/e2e/stix_schemas.py.
#include <cstdio>

#include "tests/support/stix_samples.h"
#include "tools/rilon/stix.h"

int main() {
    rilon::StixBundle bundle(rilon::sample_network(), {});
    std::string text = bundle.head();
    for (const rilon::proto::AlertRow& row : rilon::sample_rows()) text += bundle.alert(row);
    text += bundle.tail();
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                   std::fflush(stdout) == 0
               ? 0
               : 1;
}
