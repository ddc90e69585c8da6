#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/oracle/probe/line.h"
#include "portcullis/oracle/probe/sight.h"

namespace portcullis::probe {

/// What a script can say of the session that it has: the newest READY, and what came after it.
class Session {
 public:
  explicit Session(std::string token) : token_(std::move(token)) {}

  /// Takes a dispatch into account, as a sight has it.
  void see(const Json& sight);
  /// A Resume goes out: what is repeated behind it is not new.
  void resuming(std::int64_t sequence) { resumed_from_ = sequence; }
  void learn(const Ready& ready) { ready_ = ready; }
  /// Notes the first guild that READY tells of.
  void learn_guild(const Json& payload);

  const std::string& resume_url() const noexcept { return ready_.resume_url; }
  std::optional<std::int64_t> sequence() const noexcept { return last_; }
  /// The numbers heard above that of the last Resume, which a replay has to repeat.
  std::vector<std::int64_t> owed() const;

  /// Puts in what the texts in a payload stand for: $token, $session_id, $seq (the last), $ready_seq, $seq_ahead,
  /// $guild_id, $user_id and $identify, the data of a good Identify.
  ///
  /// Errors: gives in words what is not known, and the payload is of no use.
  std::optional<std::string> fill_in(Json& payload) const;

 private:
  std::optional<Json> value_of(std::string_view name) const;

  std::string token_;
  Ready ready_;
  std::optional<std::int64_t> first_, last_;
  std::int64_t resumed_from_ = 0;
  std::vector<std::int64_t> heard_;
  std::string guild_id_, user_id_;
};

/// The data of a good Identify.
Json good_identify(const std::string& token);

}  // namespace portcullis::probe
