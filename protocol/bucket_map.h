// An ordered map by a random id that is cheap to copy: 64 buckets, shared between copies until one
// of them changes. The directory keeps its state after every record, and a record changes one node;
// with plain maps 500 nodes cost 50 kB a record.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>

#include "protocol/ids.h"

namespace rilon {

// Key is a FixedBytes. Read like a std::map; iterates in ascending order. Written by `operator[]`
// alone, never through an iterator.
template <class Key, class Value>
class BucketMap {
    using Bucket = std::map<Key, Value>;
    static constexpr std::size_t bucket_count = 64;

   public:
    using value_type = typename Bucket::value_type;

    class const_iterator {
       public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = typename Bucket::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = const value_type&;

        const_iterator() = default;
        reference operator*() const { return *at_; }
        pointer operator->() const { return &*at_; }
        const_iterator& operator++() {
            if (++at_ == map_->buckets_[bucket_]->end()) enter(bucket_ + 1);
            return *this;
        }
        const_iterator operator++(int) {
            const_iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const const_iterator& other) const {
            return bucket_ == other.bucket_ && (bucket_ == bucket_count || at_ == other.at_);
        }

       private:
        friend class BucketMap;
        const_iterator(const BucketMap* map, std::size_t bucket) : map_(map) { enter(bucket); }
        // The first element of this bucket or of the next that has one.
        void enter(std::size_t bucket) {
            while (bucket < bucket_count && map_->buckets_[bucket] == nullptr) ++bucket;
            bucket_ = bucket;
            if (bucket_ < bucket_count) at_ = map_->buckets_[bucket_]->begin();
        }
        const BucketMap* map_ = nullptr;
        std::size_t bucket_ = bucket_count;
        typename Bucket::const_iterator at_{};
    };
    using iterator = const_iterator;

    const_iterator begin() const { return const_iterator(this, 0); }
    const_iterator end() const { return const_iterator(this, bucket_count); }
    const_iterator find(const Key& key) const {
        const auto& bucket = buckets_[bucket_of(key)];
        if (bucket == nullptr) return end();
        auto found = bucket->find(key);
        if (found == bucket->end()) return end();
        const_iterator out;
        out.map_ = this;
        out.bucket_ = bucket_of(key);
        out.at_ = found;
        return out;
    }
    bool contains(const Key& key) const { return find(key) != end(); }
    std::size_t count(const Key& key) const { return contains(key) ? 1 : 0; }
    // The key must be there.
    const Value& at(const Key& key) const {
        const_iterator found = find(key);
        RILON_ASSERT(found != end());
        return found->second;
    }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    // Copies the key's bucket, so that other maps keep theirs; ends this map's iterators.
    Value& operator[](const Key& key) {
        auto& bucket = buckets_[bucket_of(key)];
        auto next =
            bucket == nullptr ? std::make_shared<Bucket>() : std::make_shared<Bucket>(*bucket);
        auto [place, added] = next->try_emplace(key);
        if (added) ++size_;
        bucket = next;
        return place->second;
    }

   private:
    static std::size_t bucket_of(const Key& key) { return key.view()[0] >> 2; }

    std::array<std::shared_ptr<const Bucket>, bucket_count> buckets_;
    std::size_t size_ = 0;
};

}  // namespace rilon
