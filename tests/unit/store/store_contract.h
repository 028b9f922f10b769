// One contract, two stores: every case runs on LmdbStore and on MemoryStore, and each is reopened
// where it matters.
#pragma once

#include "tests/unit/store/store_fixture.h"

namespace rilon {

class StoreBox {
   public:
    virtual ~StoreBox() = default;
    virtual Store& store() = 0;
    virtual void reopen() = 0;
};

class LmdbBox : public StoreBox {
   public:
    LmdbBox() { reopen(); }
    Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        auto opened = LmdbStore::open({dir_.path, key_, 64ull << 20, rng_});
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        store_ = std::move(opened).value();
    }

   private:
    TempDir dir_;
    SeededRng rng_{3};
    StorageKey key_ = rng_.secret<StorageKey>();
    std::unique_ptr<LmdbStore> store_;
};

class MemoryBox : public StoreBox {
   public:
    Store& store() override { return *store_; }
    void reopen() override { store_ = std::make_unique<MemoryStore>(store_->disk()); }

   private:
    std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>();
};

template <class Box>
class StoreContract : public testing::Test {
   protected:
    Store& store() { return box.store(); }
    void append(Batch batch) {
        Status s = store().append(std::move(batch));
        ASSERT_TRUE(s.ok()) << s.error().detail;
    }
    Errc refusal(Batch batch) {
        Status s = store().append(std::move(batch));
        EXPECT_FALSE(s.ok());
        return s.ok() ? Errc::internal : s.code();
    }
    template <class... Op>
    static Batch batch(Op&&... ops) {
        Batch out;
        (out.push_back(std::forward<Op>(ops)), ...);
        return out;
    }
    std::string text(Seq seq) {
        auto got = read_text(store(), stream.state.id, seq);
        return got ? *got : std::string("!") + errc_name(got.code());
    }

    Box box;
    SeededRng rng{11};
    TestStream stream{rng};
};

using Boxes = testing::Types<LmdbBox, MemoryBox>;

}  // namespace rilon
