// Rng: one of the four seams. Production binds it to libsodium (node/system_rng.h), the simulator
// to a seed. Everything random in protocol/ and node/ comes through it.
#pragma once

#include <span>

#include "protocol/ids.h"
#include "protocol/secret.h"

namespace rilon {

class Rng {
   public:
    virtual ~Rng() = default;
    virtual void fill(std::span<Byte> out) = 0;

    template <class Fixed>
    Fixed bytes() {
        Fixed out;
        fill({out.data(), Fixed::size()});
        return out;
    }
    template <class Secret>
    Secret secret() {
        Secret out;
        fill(out.writable());
        return out;
    }
};

}  // namespace rilon
