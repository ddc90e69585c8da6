#include "portcullis/tests/simulation/tally.h"

#include "portcullis/spec/gateway_session.h"

namespace portcullis::simulation {
namespace {

std::string text(std::uint64_t count, const char* of) { return std::to_string(count) + " " + of; }

std::size_t live_rows() {
  return static_cast<std::size_t>(std::ranges::count_if(spec::gateway_session::kTable, [](const auto& row) {
    return row.act != spec::gateway_session::Action::Impossible;
  }));
}

std::size_t rows_taken(const Tally& tally) {
  return static_cast<std::size_t>(std::ranges::count_if(tally.rows, [](std::uint64_t times) { return times != 0; }));
}

}  // namespace

void Tally::add(const Tally& other) {
  rows.resize(std::max(rows.size(), other.rows.size()));
  for (std::size_t row = 0; row < other.rows.size(); ++row) rows[row] += other.rows[row];
  for (std::size_t kind = 0; kind < kKinds; ++kind) struck[kind] += other.struck[kind];
  for (const auto member : {&Tally::dials, &Tally::sessions, &Tally::sessions_lost, &Tally::resumes, &Tally::replays,
                            &Tally::invalid_resumable, &Tally::invalid, &Tally::zombies, &Tally::undecodable,
                            &Tally::too_large, &Tally::fatal, &Tally::dispatches, &Tally::commands, &Tally::tainted})
    this->*member += other.*member;
  identifies_a_day_max = std::max(identifies_a_day_max, other.identifies_a_day_max);
  client_bytes_max = std::max(client_bytes_max, other.client_bytes_max);
  length += other.length;
}

std::vector<std::string> Tally::missing() const {
  std::vector<std::string> out;
  for (std::size_t kind = 0; kind < kKinds; ++kind)
    if (struck[kind] == 0) out.push_back("the fault \"" + std::string(name(static_cast<Kind>(kind))) + "\"");
  const auto want = [&out](std::uint64_t count, const char* what) {
    if (count == 0) out.emplace_back(what);
  };
  want(replays, "a resume with a replay");
  want(invalid_resumable, "an op 9 with true");
  want(invalid, "an op 9 with false");
  want(sessions_lost, "a lost session");
  want(zombies, "a zombie");
  want(undecodable, "bytes that were not to be decoded");
  want(commands, "a command");
  return out;
}

std::string describe(const Tally& tally) {
  std::string out = text(tally.dispatches, "dispatches") + " delivered, " + text(tally.dials, "dials") + ", " +
                    text(tally.sessions, "sessions") + " (" + text(tally.sessions_lost, "lost") + "), " +
                    text(tally.resumes, "resumes") + " (" + text(tally.replays, "with a replay") + "), " +
                    text(tally.invalid_resumable + tally.invalid, "op 9") + ", " + text(tally.zombies, "zombies") +
                    ", " + text(tally.undecodable, "undecodable") + ", " + text(tally.too_large, "too large") + ", " +
                    text(tally.fatal, "fatal") + ", " + text(tally.commands, "commands") + ", " +
                    text(tally.tainted, "sessions tainted") + "\n" + std::to_string(rows_taken(tally)) + " of " +
                    std::to_string(live_rows()) + " rows of the session table taken; at most " +
                    text(tally.identifies_a_day_max, "identifies a day and ") +
                    text(tally.client_bytes_max, "bytes a client") + "\nfaults:";
  for (std::size_t kind = 0; kind < kKinds; ++kind)
    out += (kind == 0 ? " " : ", ") + std::string(name(static_cast<Kind>(kind))) + " " +
           std::to_string(tally.struck[kind]);
  return out;
}

}  // namespace portcullis::simulation
