#pragma once

#include <string>

#include "portcullis/tests/client/watch.h"
#include "portcullis/tests/properties/model_player.h"
#include "portcullis/tests/properties/tally.h"

namespace portcullis::tests {

/// Tells a Watch what each command of a history means for the peer and the caller, and a Tally what was met where.
class Referee {
 public:
  Referee(World& world, ModelPlayer& model, Tally* tally) : watch_(world), model_(model), tally_(tally) {}

  void configured(const std::string& line);
  void before(const std::string& line);
  void after(const std::string& line);

  /// The first invariant that was broken; empty when all hold.
  const std::string& broken() const { return watch_.broken(); }

 private:
  void says(const std::string& json);
  void says(const models::Payload& payload);
  void dispatches(const models::Payload& payload);
  void breaks_payload();
  void breaks(const std::string& hex);
  void closes(const std::string& code);
  void loses();
  void note(const std::string& kind);
  bool is_heard();

  Watch watch_;
  ModelPlayer& model_;
  Tally* tally_;
  bool answer_expected_ = false;
};

}  // namespace portcullis::tests
