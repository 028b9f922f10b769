// The main function of every test program: secret memory has to be ready before the first key.
#include <gtest/gtest.h>

#include <cstdio>

#include "protocol/secret.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    rilon::Status ready = rilon::secrets_init();
    if (!ready.ok()) {
        std::fprintf(stderr, "%s\n", ready.error().detail.c_str());
        return 1;
    }
    return RUN_ALL_TESTS();
}
