#include "node/identity.h"

#include <algorithm>
#include <utility>

#include "node/event.h"

namespace rilon {
namespace {

using Pairs = std::vector<TransportKeyPair>;

Pairs::iterator find_waiting(Pairs& waiting, const TransportPublicKey& pk) {
    return std::find_if(waiting.begin(), waiting.end(),
                        [&](const TransportKeyPair& pair) { return pair.pk == pk; });
}

// Officers' profiles pin the key that the control socket has shown so far.
void switch_transport(NodeIdentity& identity, const TransportPublicKey& pk) {
    auto next = find_waiting(identity.waiting, pk);
    if (next == identity.waiting.end()) return;
    TransportKeyPair old = std::exchange(identity.transport, std::move(*next));
    identity.waiting.erase(next);
    if (!identity.control.has_value()) identity.control = std::move(old);
}

}  // namespace

void change_identity(NodeIdentity& identity, ChangeIdentity change) {
    identity.stored = false;
    std::erase_if(identity.enc, [&](const EncKeyPair& pair) {
        return std::find(change.forget.begin(), change.forget.end(), pair.pk) !=
               change.forget.end();
    });
    for (EncKeyPair& pair : change.add) identity.enc.push_back(std::move(pair));
    for (TransportKeyPair& pair : change.wait_for) identity.waiting.push_back(std::move(pair));
    if (change.transport.has_value()) switch_transport(identity, *change.transport);
    std::erase_if(identity.waiting, [&](const TransportKeyPair& pair) {
        return std::find(change.wait_no_more.begin(), change.wait_no_more.end(), pair.pk) !=
               change.wait_no_more.end();
    });
    if (!change.sign.has_value()) return;
    identity.sign = std::move(*change.sign);
    identity.generation = change.generation;
}

}  // namespace rilon
