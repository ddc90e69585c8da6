#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace portcullis::timeline {

/// Stands in for secrets in one timeline, so that it can be shown to anybody and still be judged: the same secret has
/// the same pseudonym, another one has another, and both are equally long.
class Pseudonyms {
 public:
  enum class Hides : std::uint8_t { Secrets, Nothing };

  /// Shape:   with the same key the same secrets get the same pseudonyms.
  /// Secrets: only with a key that is secret itself a secret that can be guessed cannot be found by trying.
  explicit Pseudonyms(std::string key = {}) : key_(std::move(key)) {}
  /// With Nothing every text stands for itself: where what comes holds pseudonyms already.
  explicit Pseudonyms(Hides hides) : hides_(hides) {}

  /// Gives the pseudonym, and looks for the secret in texts from now on.
  ///
  /// Shape:  "Bot " in front of a token is kept; a text of no bytes is its own pseudonym.
  /// Memory: the last 1,024 secrets are looked for, those of 8 bytes at least.
  std::string of(std::string_view secret);
  /// The same, for what is not looked for elsewhere.
  std::string once(std::string_view secret) const;
  /// Puts pseudonyms in the place of the secrets that a text holds.
  std::string hide(std::string_view text) const;

 private:
  struct Known {
    std::string secret, pseudonym;
  };
  const Known* known_at(std::string_view text) const;
  void remember(std::string_view secret, std::string pseudonym);

  std::string key_;
  Hides hides_ = Hides::Secrets;
  std::unordered_multimap<std::uint64_t, Known> known_;  ///< by the first bytes
  std::deque<std::string> order_;                        ///< the oldest first
};

}  // namespace portcullis::timeline
