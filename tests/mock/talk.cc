#include "portcullis/tests/mock/talk.h"

#include <algorithm>
#include <stdexcept>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

constexpr int kRoundsMax = 100'000;  // two ends that never come to rest are a mistake

}  // namespace

Chance seeded(std::uint32_t seed) {
  return [seed]() mutable { return seed = seed * 1'664'525u + 1'013'904'223u; };
}

std::set<std::size_t>& rows_met() {
  static std::set<std::size_t> rows;
  return rows;
}

std::string client_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string out(1, static_cast<char>(first_byte));
  const auto put = [&out](std::size_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  };
  const int width = payload.size() < 126 ? 0 : payload.size() < 65'536 ? 2 : 8;
  put(0x80 | (width == 0 ? payload.size() : width == 2 ? 126u : 127u), 1);
  put(payload.size(), width);
  put(0, 4);
  return out.append(payload);
}

std::string upgrade_request(std::string_view target) {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::string identify(std::string_view token, std::string_view more, std::string_view intents) {
  return R"({"op":2,"d":{"token":")" + std::string(token) + R"(","properties":{},"intents":)" + std::string(intents) +
         std::string(more) + "}}";
}

std::string resume(std::string_view session_id, std::int64_t seq, std::string_view token) {
  return R"({"op":6,"d":{"token":")" + std::string(token) + R"(","session_id":")" + std::string(session_id) +
         R"(","seq":)" + std::to_string(seq) + "}}";
}

Talk::Talk(mock::World world, std::uint32_t seed) : peer_(std::move(world), {}, seeded(seed), *tables_at_hand().peer) {}

bool Talk::took(peer_table::Input input, peer_table::Action act) const {
  return std::ranges::any_of(steps_, [&](const Seen& seen) { return seen.input == input && seen.act == act; });
}

Config Talk::config(std::string token, compression::Compression compression, std::uint64_t intents) {
  Config config;
  config.url = "ws://gateway.example";
  config.identify.token = std::move(token);
  config.identify.intents = intents;
  config.compression = compression;
  return config;
}

// The two of them share nothing but this thread, as two programs would share nothing at all.
Talk::Client& Talk::join(Config config) {
  static Workspace workspace;
  auto& client = *clients_.emplace_back(std::make_unique<Client>());
  client.core = std::make_unique<portcullis::Client>(std::move(config), Limits{},
                                                     seeded(static_cast<std::uint32_t>(clients_.size()) + 77),
                                                     workspace, tables_at_hand().client);
  if (!client.core->start(now_)) throw std::logic_error("the configuration is wrong");
  settle();
  return client;
}

void Talk::drop(Client& client) {
  const auto links = client.links;
  for (const auto& [link, own] : links) {
    client.links.erase(link);
    client.core->lost({own}, now_);
    while (poll_client(client)) {
    }
    peer_.lost(link, now_);
  }
  settle();
}

Talk::Raw& Talk::raw(std::string_view query) {
  auto& raw = *raws_.emplace(++last_link_, std::make_unique<Raw>()).first->second;
  raw.link = last_link_;
  peer_.opened(raw.link, now_);
  bytes(raw, upgrade_request(query));
  return raw;
}

void Talk::bytes(Raw& raw, std::string_view bytes) {
  to_peer_.emplace_back(raw.link, bytes);
  settle();
}

void Talk::text(Raw& raw, std::string_view payload, std::uint8_t first_byte) {
  bytes(raw, client_frame(first_byte, payload));
}

void Talk::close(Raw& raw, std::optional<std::uint16_t> code) {
  std::string payload;
  if (code) payload = {static_cast<char>(*code >> 8), static_cast<char>(*code & 0xff)};
  bytes(raw, client_frame(0x88, payload));
}

void Talk::lose(Raw& raw) {
  peer_.lost(raw.link, now_);
  settle();
}

std::optional<std::uint16_t> Talk::Raw::close_code() const {
  const std::size_t head_end = received.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  for (std::size_t at = head_end + 4; at + 2 <= received.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received.at(at + i)); };
    std::size_t size = byte(1);
    const std::size_t width = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (width != 0) size = 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8 | byte(2 + i);
    if (byte(0) == 0x88) return size < 2 ? std::uint16_t{1005} : static_cast<std::uint16_t>(byte(2) << 8 | byte(3));
    at += 2 + width + size;
  }
  return std::nullopt;
}

std::size_t Talk::Raw::messages(std::string_view part) const {
  std::size_t count = 0;
  for (auto at = received.find(part); at != std::string::npos; at = received.find(part, at + 1)) ++count;
  return count;
}

std::size_t Talk::say(const mock::Say& say, std::optional<mock::Link> link, std::string_view session_id) {
  const std::size_t reached = peer_.say(link, session_id, say, now_);
  settle();
  return reached;
}

std::optional<Instant> Talk::next_deadline() const {
  std::optional<Instant> first = peer_deadline_;
  for (const auto& client : clients_)
    if (client->deadline && (!first || *client->deadline < *first)) first = client->deadline;
  return first;
}

void Talk::advance(Duration by) {
  const Instant until = now_ + by;
  settle();
  for (auto due = next_deadline(); due && *due <= until; due = next_deadline()) {
    now_ = std::max(now_, *due);
    peer_.elapsed(now_);
    settle();
    for (const auto& client : clients_) {
      if (!client->deadline || *client->deadline > now_) continue;
      client->core->elapsed(now_);
      settle();
    }
  }
  now_ = until;
}

// ---- Both ends, until neither has anything to say

void Talk::settle() {
  for (int round = 0; round < kRoundsMax; ++round) {
    bool busy = poll_peer();
    for (const auto& client : clients_)
      while (poll_client(*client)) busy = true;
    busy = carry() || busy;
    if (!busy) return;
  }
  throw std::logic_error("the two never come to rest");
}

bool Talk::poll_peer() {
  for (bool busy = false;; busy = true) {
    const mock::Output output = peer_.poll();
    see(output);
    if (std::holds_alternative<mock::Wait>(output)) return busy;
  }
}

void Talk::overhear(mock::Link link, bool from_client, std::string_view bytes) const {
  if (overheard) overheard(link, from_client, bytes);
}

void Talk::see(const mock::Output& output) {
  if (const auto* out = std::get_if<mock::Transmit>(&output)) {
    overhear(out->link, false, text_of(out->bytes));
    to_clients_.emplace_back(out->link, text_of(out->bytes));
  } else if (const auto* hangup = std::get_if<mock::Hangup>(&output)) {
    overhear(hangup->link, false, {});
    if (raws_.contains(hangup->link)) raws_[hangup->link]->hung_up = true;
    ends_for_clients_.push_back(hangup->link);
  } else if (const auto* reset = std::get_if<mock::Reset>(&output)) {
    overhear(reset->link, false, {});
    if (raws_.contains(reset->link)) raws_[reset->link]->reset = true;
    ends_for_clients_.push_back(reset->link);
  } else if (const auto* step = std::get_if<mock::Stepped>(&output)) {
    const std::size_t row = tables_at_hand().peer->index_of(*step->row);
    rows_met().insert(row);
    steps_.push_back({step->link, step->from, step->input, row, step->row->act, std::string(step->detail)});
  } else {
    peer_deadline_ = std::get<mock::Wait>(output).deadline;
  }
}

bool Talk::poll_client(Client& client) {
  const portcullis::Output output = client.core->poll();
  if (const auto* dial = std::get_if<portcullis::Dial>(&output)) {
    client.links[++last_link_] = dial->link.number;
    peer_.opened(last_link_, now_);
    poll_peer();
    while (poll_client(client)) {
    }
    client.core->opened({client.links[last_link_]}, now_);
    return true;
  }
  if (const auto* out = std::get_if<portcullis::Transmit>(&output)) {
    for (const auto& [link, own] : client.links)
      if (own == out->link.number) {
        overhear(link, true, text_of(out->bytes));
        to_peer_.emplace_back(link, text_of(out->bytes));
      }
  } else if (const auto* hangup = std::get_if<portcullis::Hangup>(&output)) {
    for (const auto& [link, own] : client.links)
      if (own == hangup->link.number) {
        overhear(link, true, {});
        ends_for_peer_.push_back(link);
      }
  } else if (const auto* notify = std::get_if<portcullis::Notify>(&output)) {
    if (const auto* dispatch = std::get_if<Dispatch>(&notify->event)) {
      const std::int64_t sequence = dispatch->sequence.value_or(0);
      client.events.emplace_back(dispatch->name, sequence);
      client.dispatches.push_back(std::string(dispatch->name) + " " + std::to_string(sequence));
      const bool etf = dispatch->data.encoding == encoding::Encoding::Etf;
      client.data.push_back(etf ? encoding::tree(dispatch->data)->dump() : std::string(dispatch->data.raw));
    } else if (const auto* ended = std::get_if<Disconnected>(&notify->event)) {
      client.ends.push_back(std::to_string(static_cast<int>(ended->why)) + " " + std::to_string(ended->close_code));
    }
  } else if (std::holds_alternative<AskIdentify>(output)) {
    while (poll_client(client)) {
    }
    client.core->identify_granted(now_);
  } else if (const auto* wait = std::get_if<portcullis::Wait>(&output)) {
    client.deadline = wait->deadline;
    return false;
  } else if (std::holds_alternative<Finished>(output)) {
    client.finished = true;
    client.deadline.reset();
    return false;
  }
  return true;
}

bool Talk::carry() {
  Client* cut_short = nullptr;
  const auto for_peer = std::exchange(to_peer_, {});
  const auto for_clients = std::exchange(to_clients_, {});
  const auto peer_ends = std::exchange(ends_for_peer_, {});
  const auto client_ends = std::exchange(ends_for_clients_, {});
  const auto each_part = [this](std::string_view bytes, const auto& deliver) {
    while (!bytes.empty()) {
      const std::size_t size = cut ? std::clamp<std::size_t>(cut(bytes.size()), 1, bytes.size()) : bytes.size();
      deliver(bytes_of(bytes.substr(0, size)));
      bytes.remove_prefix(size);
    }
  };
  for (const auto& [link, bytes] : for_peer)
    each_part(bytes, [&, to = link](auto part) { peer_.received(to, part, now_), poll_peer(); });
  for (const auto& [link, bytes] : for_clients) {
    if (raws_.contains(link)) raws_[link]->received += bytes;
    for (const auto& client : clients_) {
      const auto at = client->links.find(link);
      if (at == client->links.end()) continue;
      each_part(bytes, [&, own = at->second](auto part) {
        if (drop_in == 1) return;
        if (drop_in > 1 && --drop_in == 1) cut_short = client.get();
        client->core->received({own}, part, now_);
        while (poll_client(*client)) {
        }
      });
    }
  }
  if (cut_short != nullptr) {
    to_peer_.clear();
    drop_in = 0;
    drop(*cut_short);
    return true;
  }
  for (const mock::Link link : peer_ends) {
    for (const auto& client : clients_) client->links.erase(link);
    peer_.lost(link, now_);
    poll_peer();
  }
  for (const mock::Link link : client_ends)
    for (const auto& client : clients_) {
      const auto at = client->links.find(link);
      if (at == client->links.end()) continue;
      const std::uint64_t own = at->second;
      client->links.erase(at);
      client->core->lost({own}, now_);
      while (poll_client(*client)) {
      }
    }
  return !for_peer.empty() || !for_clients.empty() || !peer_ends.empty() || !client_ends.empty();
}

}  // namespace portcullis::tests
