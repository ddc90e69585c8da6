#include "portcullis/cli/recorder.h"

#include <cerrno>
#include <utility>

#include "portcullis/cli/verb.h"
#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/trouble.h"

namespace portcullis::cli {
namespace {

std::string drawn_key() {
  constexpr int kWords = 8;
  const Chance chance = net::entropy();
  std::string key;
  for (int word = 0; word < kWords; ++word) key += std::to_string(chance()) + " ";
  return key;
}

}  // namespace

Recorder::Recorder(const std::string& path, std::string about, timeline::Sink also)
    : path_(path), also_(std::move(also)), begun_at_(net::now()), pseudonyms_(drawn_key()) {
  if (path_.empty()) return;
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (file_) file_ << timeline::header_line({timeline::Clock::Wall, std::move(about), {}}) << '\n' << std::flush;
  if (!file_) throw Failure(Exit::Usage, "--record: cannot write " + path + ": " + net::reason(errno));
}

void Recorder::begin(std::uint64_t link, std::string origin) {
  const std::lock_guard lock(mutex_);
  const auto sink = [this](timeline::Record record) { write(std::move(record)); };
  timeline::Tap tap(++links_, std::move(origin), pseudonyms_, sink);
  taps_.insert_or_assign(link, Running{links_, std::move(tap)});
}

void Recorder::heard(std::uint64_t link, timeline::Side from, std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = taps_.find(link);
  if (found == taps_.end()) return;
  timeline::Tap& tap = found->second.tap;
  from == timeline::Side::Client ? tap.client_sent(bytes, now()) : tap.server_sent(bytes, now());
}

bool Recorder::end(std::uint64_t link, timeline::Side from, timeline::How how) {
  const std::lock_guard lock(mutex_);
  const auto found = taps_.find(link);
  if (found == taps_.end()) return false;
  found->second.tap.ended(from, how, now());
  taps_.erase(found);
  return true;
}

void Recorder::note(std::string is, timeline::Json with, std::optional<std::uint64_t> link) {
  const std::lock_guard lock(mutex_);
  const auto found = link ? taps_.find(*link) : taps_.end();
  write({now(), found == taps_.end() ? 0 : found->second.number, std::move(is), std::move(with)});
}

std::string Recorder::hide(std::string_view text) {
  const std::lock_guard lock(mutex_);
  return pseudonyms_.hide(text);
}

std::string Recorder::pseudonym_of(std::string_view secret) {
  const std::lock_guard lock(mutex_);
  return pseudonyms_.of(secret);
}

void Recorder::close() {
  const std::lock_guard lock(mutex_);
  if (!path_.empty() && !file_)
    throw Failure(Exit::Usage, "--record: " + path_ + " could not be written to the end: is the disk full?");
}

std::int64_t Recorder::now() const { return at(net::now()); }

/// Once a line could not be written none is: a timeline has no gaps.
void Recorder::write(timeline::Record record) {
  if (!path_.empty()) file_ << timeline::line_of(record) << '\n' << std::flush;
  if (also_) also_(std::move(record));
}

}  // namespace portcullis::cli
