// A vector of millions that grows page by page: nothing is moved, and less than a page is empty.
// Elements stay where they are.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace rilon {

template <class T>
class PagedVector {
   public:
    std::size_t size() const { return size_; }
    T& operator[](std::size_t at) { return pages_[at / page_size][at % page_size]; }
    const T& operator[](std::size_t at) const { return pages_[at / page_size][at % page_size]; }
    T& emplace_back() {
        if (size_ % page_size == 0) pages_.push_back(std::make_unique<T[]>(page_size));
        return (*this)[size_++];
    }

   private:
    static constexpr std::size_t page_size = 512;
    std::vector<std::unique_ptr<T[]>> pages_;
    std::size_t size_ = 0;
};

}  // namespace rilon
