#include "portcullis/tests/timeline/overheard.h"

#include <algorithm>
#include <map>
#include <span>

#include "portcullis/tests/mock/talk.h"

namespace portcullis::timeline {
namespace {

Side side(const Said& said) { return said.by_client ? Side::Client : Side::Server; }

void give(Tap& tap, const Said& said, const Cut& cut) {
  if (said.bytes.empty()) return tap.ended(side(said), How::Eof, said.at_ms);
  for (std::string_view left = said.bytes; !left.empty();) {
    const std::size_t size = cut ? std::clamp<std::size_t>(cut(left.size()), 1, left.size()) : left.size();
    const std::string piece(left.substr(0, size));  // on the heap: a sanitizer sees a byte read too far
    const auto bytes = std::as_bytes(std::span(piece));
    said.by_client ? tap.client_sent(bytes, said.at_ms) : tap.server_sent(bytes, said.at_ms);
    left.remove_prefix(size);
  }
}

}  // namespace

std::vector<Record> records_of(const std::vector<Said>& said, const Cut& cut) {
  std::vector<Record> records;
  Pseudonyms pseudonyms("a key");
  std::map<std::uint64_t, Tap> taps;
  for (const Said& one : said) {
    const auto sink = [&](Record record) { records.push_back(std::move(record)); };
    auto tap = taps.find(one.link);
    if (tap == taps.end())
      tap = taps.emplace(one.link, Tap(one.link, "ws://gateway.example:80", pseudonyms, sink)).first;
    give(tap->second, one, cut);
  }
  return records;
}

std::vector<std::string> lines_of(const std::vector<Said>& said, const Cut& cut) {
  std::vector<std::string> lines;
  for (const Record& record : records_of(said, cut)) lines.push_back(line_of(record));
  return lines;
}

std::vector<Said> overheard_talk(encoding::Encoding encoding, compression::Compression compression) {
  std::vector<Said> said;
  mock::World world;
  world.gateway_url = "ws://resume.example";
  tests::Talk talk(world);
  talk.overheard = [&](mock::Link link, bool by_client, std::string_view bytes) {
    said.push_back({link, by_client, std::string(bytes), talk.now().time_since_epoch().count()});
  };
  Config config = tests::Talk::config("the-token", compression);
  config.encoding = encoding;
  auto& client = talk.join(std::move(config));
  const auto event = [&](std::size_t size) {
    talk.say(
        mock::SayDispatch{"USER_UPDATE", R"({"token":"another-secret","text":")" + std::string(size, 'x') + "\"}"});
  };
  event(20);
  event(20'000);
  talk.advance(Duration{60'000});  // beats
  talk.say(mock::SayReconnect{});
  talk.advance(Duration{10'000});
  event(30);
  talk.say(mock::SayClose{4000, "of " + talk.peer().sessions().at(0).id});
  talk.advance(Duration{10'000});
  talk.say(mock::SayDrop{});
  talk.advance(Duration{10'000});
  talk.say(mock::SayInvalid{false});
  talk.advance(Duration{20'000});
  static_cast<void>(client.core->stop(gateway::Leaving::End, talk.now()));
  talk.advance(Duration{5'000});
  return said;
}

}  // namespace portcullis::timeline
