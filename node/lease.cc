#include "node/lease.h"

#include <algorithm>

#include "config/file_io.h"
#include "node/log.h"

namespace rilon {
namespace {

constexpr const char* lease_name = "lease";
constexpr const char* epoch_name = "feed_epoch";
constexpr std::size_t lease_file_bytes_max = 256;
constexpr std::uint64_t renew_minutes = 60;

Batch put(const char* name, ByteView value) {
    Batch batch;
    batch.emplace_back(PutPrivate{name, to_bytes(value)});
    return batch;
}

void log_put_off() {
    log_event(LogPriority::warning, "lease.not_renewed",
              {{"why", "the disk is full"},
               {"note", "a copy of the store that is taken now is not recognised as one"}});
}

}  // namespace

Lease::Lease(std::filesystem::path file, Store& store, Rng& rng)
    : file_(std::move(file)), store_(store), rng_(rng) {}

Result<std::vector<Random16>> Lease::in_file() const {
    auto text = read_file(file_, lease_file_bytes_max);
    if (!text && text.code() == Errc::not_found) return std::vector<Random16>{};
    if (!text) return text.error();
    std::vector<Random16> out;
    std::string_view rest = as_text(*text);
    while (!rest.empty()) {
        std::size_t end = std::min(rest.find('\n'), rest.size());
        auto value = Random16::parse_hex(rest.substr(0, end));
        if (value) out.push_back(*value);  // A damaged line is a lease that fits nothing.
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

Status Lease::write_file_with(const std::vector<Random16>& values) const {
    std::string text;
    for (const Random16& value : values) text += value.hex() + "\n";
    return write_file(file_, as_bytes(text), FileMode::secret, Overwrite::replace);
}

Result<LeaseState> Lease::take(UnixMillis now) {
    auto known = in_file();
    if (!known) return known.error();
    auto stored = store_.private_value(lease_name);
    if (!stored) return stored.error();
    auto epoch = store_.private_value(epoch_name);
    if (!epoch) return epoch.error();
    auto marked = store_.private_value(restored_name);
    if (!marked) return marked.error();
    LeaseState out;
    bool fresh = !stored->has_value() && !epoch->has_value();  // Nothing was ever written here.
    bool equal_lease = stored->has_value() &&
                       std::any_of(known->begin(), known->end(), [&](const Random16& value) {
                           return equal(value.view(), **stored);
                       });
    bool breaks = !fresh && !equal_lease;
    out.broken = breaks || marked->has_value();
    if (epoch->has_value()) out.feed_epoch = ByteReader(**epoch).u64();
    if (fresh || breaks) {
        out.feed_epoch = std::max(now.value, out.feed_epoch + 1);
        Batch batch = put(epoch_name, std::move(ByteWriter{}.u64(out.feed_epoch)).take());
        if (breaks) batch.emplace_back(PutPrivate{restored_name, {}});
        Status done = store_.append(std::move(batch));
        if (!done) return done.error();
    }
    Status renewed = renew();
    if (renewed) return out;
    if (renewed.code() != Errc::full || out.broken || fresh) return renewed.error();
    minutes_ = renew_minutes;
    log_put_off();
    return out;
}

Status Lease::renew() {
    auto stored = store_.private_value(lease_name);
    if (!stored) return stored.error();
    auto next = rng_.bytes<Random16>();
    std::vector<Random16> both{next};
    if (stored->has_value() && (*stored)->size() == Random16::size())
        both.push_back(Random16::copy_of(**stored));
    Status done = write_file_with(both);
    if (done) done = store_.append(put(lease_name, next.view()));
    if (done) done = write_file_with({next});
    if (done) minutes_ = 0;
    return done;
}

Status Lease::each_minute() {
    if (++minutes_ < renew_minutes) return {};
    Status done = renew();
    if (done || done.code() != Errc::full) return done;
    if (minutes_ % renew_minutes == 0) log_put_off();
    return {};
}

}  // namespace rilon
