#include "portcullis/tests/mutants/mutants.h"

#include <memory>
#include <optional>
#include <span>

#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

using spec::name;

/// The enumerator of that name, where the enum has one.
template <typename E>
std::optional<E> named(std::string_view wanted) {
  for (std::size_t i = 0; i < spec::kCount<E>; ++i)
    if (name(static_cast<E>(i)) == wanted) return static_cast<E>(i);
  return std::nullopt;
}

/// The mutants of one table, and where a changed copy of it is laid.
template <typename State, typename Event, typename Row>
class Mutator {
 public:
  using Action = decltype(Row::act);
  using Rows = spec::Table<State, Event, Row>;

  Mutator(std::string_view table, Layer layer, const Rows*& slot, std::vector<Mutant>& out)
      : table_(table), layer_(layer), rows_(slot->rows()), slot_(slot), out_(out) {}

  void add_all() {
    for (std::size_t row = 0; row < rows_.size(); ++row)
      if (rows_[row].act != impossible_) add_of_row(row);
  }

 private:
  void add_of_row(std::size_t row) {
    for (std::size_t state = 0; state < spec::kCount<State>; ++state)
      if (static_cast<State>(state) != rows_[row].to) add_state(row, static_cast<State>(state));
    if (ignore_ && rows_[row].act != *ignore_) add_action(row, *ignore_);
    add_action(row, other_than(rows_[row].act));
  }

  /// The next action in the enum's order that does something.
  Action other_than(Action act) const {
    for (;;) {
      act = static_cast<Action>((static_cast<std::size_t>(act) + 1) % spec::kCount<Action>);
      if (act != ignore_ && act != impossible_) return act;
    }
  }

  void add_state(std::size_t row, State to) {
    Row changed = rows_[row];
    changed.to = to;
    add(row, changed, " to " + std::string(name(to)));
  }
  void add_action(std::size_t row, Action act) {
    Row changed = rows_[row];
    changed.act = act;
    add(row, changed, " does " + std::string(name(act)));
  }

  void add(std::size_t row, const Row& changed, const std::string& how) {
    const auto lay = [rows = rows_, &slot = slot_, row, changed] {
      static std::vector<Row> copy;
      static std::optional<Rows> table;
      copy.assign(rows.begin(), rows.end());
      copy[row] = changed;
      slot = &table.emplace(copy);
    };
    out_.push_back({table_, layer_, std::string(table_) + ": " + place(rows_[row]) + how, lay});
  }

  static std::string place(const Row& row) {
    std::size_t event = 0;
    while (!row.on.contains(static_cast<Event>(event))) ++event;
    return std::string(name(row.from)) + ", " + std::string(name(static_cast<Event>(event)));
  }

  std::string_view table_;
  Layer layer_;
  std::span<const Row> rows_;
  const Rows*& slot_;
  std::vector<Mutant>& out_;
  std::optional<Action> impossible_ = named<Action>("Impossible");
  std::optional<Action> ignore_ = named<Action>("Ignore");
};

}  // namespace

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> out;
  TablesAtHand& hand = tables_at_hand();
  const auto add = [&out]<typename State, typename Event, typename Row>(std::string_view table, Layer layer,
                                                                        const spec::Table<State, Event, Row>*& slot) {
    Mutator<State, Event, Row>(table, layer, slot, out).add_all();
  };
  add("websocket_connection", Layer::Frames, hand.client.connection);
  add("message_assembly", Layer::Frames, hand.client.assembly);
  add("heartbeat", Layer::Client, hand.client.heartbeat);
  add("gateway_session", Layer::Client, hand.client.session);
  add("gateway_peer", Layer::Mock, hand.peer);
  return out;
}

}  // namespace portcullis::tests
