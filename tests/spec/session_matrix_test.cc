// The session table against the matrix of the catalogue (spec/requirements/session_matrix.json), cell by cell.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/spec/gateway_session.h"

namespace portcullis::spec::gateway_session {
namespace {

using A = Action;
using I = Input;
using S = State;

// What was split: Closing by what comes after it, the others by data.
const std::map<std::string, std::vector<S>> kStates{
    {"ID", {S::Idle}},       {"BO", {S::Backoff}},   {"CO", {S::Connecting}},
    {"AH", {S::AwaitHello}}, {"AS", {S::AwaitSlot}}, {"IF", {S::Identifying}},
    {"RE", {S::Resuming}},   {"RD", {S::Ready}},     {"CL", {S::ClosingToReconnect, S::ClosingToStop}},
    {"ST", {S::Stopped}}};

const std::map<std::string, std::vector<I>> kInputs{{"TO", {I::Opened}},
                                                    {"TF", {I::OpenFailed}},
                                                    {"F10", {I::HelloFresh, I::HelloResume}},
                                                    {"F1", {I::HeartbeatRequest}},
                                                    {"F11", {I::HeartbeatAck}},
                                                    {"FRY", {I::Ready}},
                                                    {"FRS", {I::Resumed}},
                                                    {"FD", {I::Dispatch}},
                                                    {"F7", {I::Reconnect}},
                                                    {"F9T", {I::InvalidResumable, I::InvalidResumableNoSession}},
                                                    {"F9F", {I::InvalidSession}},
                                                    {"FU", {I::UnknownOpcode}},
                                                    {"FX", {I::Undecodable}},
                                                    {"CR", {I::CloseResume}},
                                                    {"CN", {I::CloseNew}},
                                                    {"CF", {I::CloseFatal}},
                                                    {"CX", {I::Lost}},
                                                    {"tHB", {I::BeatDue, I::Zombie}},
                                                    {"tHE", {I::HelloTimeout}},
                                                    {"tHS", {I::ReadyTimeout}},
                                                    {"tSL", {I::SlotGranted}},
                                                    {"tBO", {I::BackoffOver}},
                                                    {"tCL", {I::CloseTimeout}},
                                                    {"LC", {I::Connect}},
                                                    {"LS", {I::Send}},
                                                    {"LQ", {I::StopEnd}},
                                                    {"LP", {I::StopKeep}},
                                                    {"LR", {I::ReconnectNow}}};

// What each action of the catalogue is called here; several where data or the goal of the closing decides.
const std::map<std::string, std::set<A>> kActions{
    {"a0", {A::Ignore}},
    {"a1", {A::Dial}},
    {"a2", {A::ExpectHello}},
    {"a3", {A::BeatAndAskSlot, A::BeatAndResume}},
    {"a4", {A::Identify}},
    {"a5", {A::AdoptSession}},
    {"a6", {A::FinishResume}},
    {"a7", {A::Deliver}},
    {"a8", {A::AnswerBeat}},
    {"a9", {A::NoteAck}},
    {"a10", {A::CloseToReconnect}},
    {"a11", {A::CloseInvalidResumable, A::CloseInvalid}},
    {"a12", {A::CloseInvalid}},
    {"a13", {A::CloseUndecodable}},
    {"a14", {A::ReportUnknown}},
    {"a15", {A::SendBeat, A::DropZombie}},
    {"a16", {A::LoseLink}},
    {"a17", {A::LoseSession}},
    {"a18", {A::StopFatal}},
    {"a19", {A::RetryDial}},
    {"a20", {A::QueueCommand}},
    {"a21", {A::RefuseCommand}},
    {"a22", {A::SendCommand}},
    {"a23", {A::ForgetSession}},
    {"a24", {A::CloseTimedOut}},
    {"a25", {A::CloseTimedOut}},
    {"a26", {A::FinishAndRetry, A::FinishAndStop}},
    {"a28", {A::FinishAndRetry, A::FinishAndStop}},
    {"a29", {A::RearmBeat}},
    {"a30", {A::DeliverOutOfPlace}},
    {"a31", {A::AdoptUnexpectedSession}},
    {"a32", {A::Deliver, A::DeliverOutOfPlace}},
    {"a33", {A::DropSession, A::Ignore}},
    {"a34", {A::DropAndRetry, A::DropAndStop}},
    {"a35", {A::HandBackSlot}},
    {"a36", {A::Ignore}},
    {"a37", {A::ReconnectAfterClosing}},
    {"a38", {A::AbortDial, A::AbortAndForget}},
    {"a39", {A::CloseForGood}},
    {"a40", {A::CancelBackoff}},
    {"a41", {A::StopAfterClosing, A::ForgetAndStopAfterClosing, A::Ignore}},
    {"a42", {A::CloseKeeping}}};

bool is_closing(S state) { return state == S::ClosingToReconnect || state == S::ClosingToStop; }

bool leads_rightly(const Row& row, const std::string& next) {
  if (row.act == A::DropZombie) return row.to == S::Backoff;  // "or straight to BO"
  if (next == "=" || next == "=/CL") return is_closing(row.from) ? is_closing(row.to) : row.to == row.from;
  if (next == "*") return row.to == (row.from == S::ClosingToReconnect ? S::Backoff : S::Idle);
  std::istringstream parts(next);
  for (std::string part; std::getline(parts, part, '/');) {
    const auto& states = kStates.at(part);
    if (std::find(states.begin(), states.end(), row.to) != states.end()) return true;
  }
  return false;
}

Basis basis_of(char letter) {
  return letter == 'D' ? Basis::Documented : letter == 'R' ? Basis::Derived : Basis::Undefined;
}

nlohmann::json matrix() {
  std::ifstream in("spec/requirements/session_matrix.json");
  return nlohmann::json::parse(in);
}

TEST_CASE("INV-17: each of the matrix's 280 cells stands in the table as the catalogue has it") {
  const auto file = matrix();
  int cells = 0;
  int live = 0;
  for (const auto& line : file.at("rows")) {
    for (std::size_t column = 0; column < file.at("columns").size(); ++column) {
      ++cells;
      const std::string cell = line.at("cells").at(column);
      INFO(line.at("input") << " in " << file.at("columns").at(column) << ": " << cell);
      std::vector<const Row*> variants;
      for (const S state : kStates.at(file.at("columns").at(column)))
        for (const I input : kInputs.at(line.at("input"))) variants.push_back(&kRows.row(state, input));
      std::erase_if(variants, [](const Row* row) { return !is_live(*row); });
      if (cell == "-") {
        CHECK(variants.empty());
        continue;
      }
      ++live;
      REQUIRE(!variants.empty());
      std::istringstream words(cell);
      std::string next, action, basis;
      words >> next >> action >> basis;
      bool same_basis = false;
      for (const Row* row : variants) {
        INFO(spec::name(row->from) << " -> " << spec::name(row->to) << " " << spec::name(row->act));
        CHECK(leads_rightly(*row, next));
        CHECK(kActions.at(action).contains(row->act));
        same_basis |= row->basis == basis_of(basis.at(0));
      }
      CHECK(same_basis);
    }
  }
  CHECK(cells == 280);
  CHECK(live == 164);
}

}  // namespace
}  // namespace portcullis::spec::gateway_session
