#include "node/identity.h"

#include <algorithm>

#include "node/event.h"

namespace rilon {

void change_identity(NodeIdentity& identity, ChangeIdentity change) {
    identity.stored = false;
    std::erase_if(identity.enc, [&](const EncKeyPair& pair) {
        return std::find(change.forget.begin(), change.forget.end(), pair.pk) !=
               change.forget.end();
    });
    for (EncKeyPair& pair : change.add) identity.enc.push_back(std::move(pair));
    if (!change.sign.has_value()) return;
    identity.sign = std::move(*change.sign);
    identity.generation = change.generation;
}

}  // namespace rilon
