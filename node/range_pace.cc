#include "node/range_pace.h"

#include <algorithm>

namespace rilon {
namespace {
constexpr std::uint64_t quick_ms = 500;  // Half a window in that time: the link bears more.
constexpr std::uint64_t slow_ms = 2 * ms_second;
constexpr std::size_t open_max = 4096;  // Those that expired included.
}  // namespace

std::size_t RangePace::bytes_for(std::size_t waiting) const {
    return std::clamp(window_ / (1 + waiting), answer_bytes_min, answer_bytes_max);
}

bool RangePace::room(std::size_t bytes) const {
    return under_way_ == 0 || under_way_ + bytes <= window_;
}

void RangePace::asked(std::uint64_t request, const StreamId& stream, std::size_t bytes,
                      UnixMillis now) {
    if (under_way_ == 0) {
        round_ = now;
        round_bytes_ = 0;
    }
    while (open_.size() >= open_max) {
        if (!open_.begin()->second.expired) under_way_ -= open_.begin()->second.bytes;
        open_.erase(open_.begin());
    }
    open_[request] = {stream, bytes, now};
    under_way_ += bytes;
}

bool RangePace::answered(std::uint64_t request, std::size_t bytes, UnixMillis now) {
    auto found = open_.find(request);
    if (found == open_.end()) return false;
    const Question question = found->second;
    open_.erase(found);
    const std::uint64_t took = now.since(question.at);
    if (question.expired)
        timeout_ms_ = std::min(timeout_ms_max, std::max(timeout_ms_, 2 * took));
    else
        under_way_ -= question.bytes;
    if (2 * took < timeout_ms_first) timeout_ms_ = timeout_ms_first;
    if (took > slow_ms)
        shrink(question, now);
    else
        grow(bytes, now);
    return !question.expired;
}

// Small answers say as much as large ones, if enough of them came: many streams are short.
void RangePace::grow(std::size_t bytes, UnixMillis now) {
    if (now.since(round_) >= quick_ms) {
        round_ = now;
        round_bytes_ = 0;
        return;
    }
    round_bytes_ += bytes;
    if (2 * round_bytes_ < window_) return;
    window_ = std::min(window_max, 2 * window_);
    round_ = now;
    round_bytes_ = 0;
}

// Once for all that was asked for before: they waited for each other.
void RangePace::shrink(const Question& question, UnixMillis now) {
    if (question.at < shrunk_) return;
    window_ = std::max(window_min, window_ / 2);
    shrunk_ = now;
}

std::optional<StreamId> RangePace::refused(std::uint64_t request) {
    auto found = open_.find(request);
    if (found == open_.end()) return std::nullopt;
    const Question question = found->second;
    if (!question.expired) under_way_ -= question.bytes;
    open_.erase(found);
    window_ = std::max(window_min, window_ / 2);
    return question.stream;
}

void RangePace::expire(UnixMillis now) {
    for (auto& [request, question] : open_) {
        if (question.expired || now.since(question.at) < timeout_ms_) continue;
        question.expired = true;
        under_way_ -= question.bytes;
    }
    std::erase_if(open_, [&](const auto& row) {
        return row.second.expired && now.since(row.second.at) > 2 * timeout_ms_max;
    });
}

void RangePace::start_again() {
    open_.clear();
    under_way_ = 0;
}

bool RangePace::asks_for(const StreamId& stream) const {
    return std::any_of(open_.begin(), open_.end(), [&](const auto& row) {
        return !row.second.expired && row.second.stream == stream;
    });
}

}  // namespace rilon
