// The simulator's memory of what libsodium answered. A network of forty nodes checks every
// signature forty times, and a thousand seeds found the same network a thousand times; these
// functions are pure, so an answer to the same bytes is the same answer.
//
// It stands at libsodium's own boundary, put there by the linker (--wrap, tests/CMakeLists.txt):
// the node, and every check in it, is the daemon's, unchanged. That nothing else changes is tested:
// a seed has the same trace with the memory and without.
#pragma once

namespace rilon {

enum class CryptoMemo { on, off };
// For this process; on at first. Off forgets everything.
void set_crypto_memo(CryptoMemo memo);

}  // namespace rilon
