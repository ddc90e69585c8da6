#include "portcullis/oracle/timeline/pseudonyms.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace portcullis::timeline {
namespace {

constexpr std::size_t kKnownMax = 1'024;
constexpr std::string_view kScheme = "Bot ";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint64_t front_of(std::string_view text) {
  std::uint64_t front = 0;
  std::memcpy(&front, text.data(), sizeof front);
  return front;
}

std::size_t scheme_size(std::string_view secret) { return secret.starts_with(kScheme) ? kScheme.size() : 0; }

/// Appends the letters that stand for the n-th part of the secret.
void append_part(std::string& out, std::size_t bytes_max, const std::string& key, std::string_view secret, char part) {
  const std::string text = part + std::string(secret);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  for (std::size_t i = 0; i < size && out.size() < bytes_max; ++i) out += kLetters[digest[i] % kLetters.size()];
}

}  // namespace

std::string Pseudonyms::once(std::string_view secret) const {
  if (hides_ == Hides::Nothing) return std::string(secret);
  const std::size_t from = scheme_size(secret);
  std::string pseudonym(secret.substr(0, from));
  const std::string_view bare = secret.substr(from);
  for (char part = 0; pseudonym.size() < secret.size(); ++part) append_part(pseudonym, secret.size(), key_, bare, part);
  return pseudonym;
}

std::string Pseudonyms::of(std::string_view secret) {
  std::string pseudonym = once(secret);
  const std::size_t from = scheme_size(secret);
  remember(secret.substr(from), pseudonym.substr(from));
  return pseudonym;
}

void Pseudonyms::remember(std::string_view secret, std::string pseudonym) {
  if (secret.size() < sizeof(std::uint64_t) || hides_ == Hides::Nothing) return;
  const Known* const known = known_at(secret);
  if (known != nullptr && known->secret == secret) return;
  if (order_.size() == kKnownMax) {
    const auto [first, last] = known_.equal_range(front_of(order_.front()));
    known_.erase(std::find_if(first, last, [&](const auto& one) { return one.second.secret == order_.front(); }));
    order_.pop_front();
  }
  order_.emplace_back(secret);
  known_.emplace(front_of(secret), Known{std::string(secret), std::move(pseudonym)});
}

/// Gives the longest secret with which the text begins.
const Pseudonyms::Known* Pseudonyms::known_at(std::string_view text) const {
  const Known* longest = nullptr;
  const auto [first, last] = known_.equal_range(front_of(text));
  for (auto one = first; one != last; ++one) {
    const Known& known = one->second;
    const bool longer = longest == nullptr || known.secret.size() > longest->secret.size();
    if (longer && text.starts_with(known.secret)) longest = &known;
  }
  return longest;
}

std::string Pseudonyms::hide(std::string_view text) const {
  std::string hidden(text);
  for (std::size_t at = 0; !known_.empty() && at + sizeof(std::uint64_t) <= text.size();) {
    const Known* const known = known_at(text.substr(at));
    if (known != nullptr) hidden.replace(at, known->pseudonym.size(), known->pseudonym);
    at += known == nullptr ? 1 : known->secret.size();
  }
  return hidden;
}

}  // namespace portcullis::timeline
