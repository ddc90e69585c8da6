#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/oracle/judge/moment.h"

namespace portcullis::judge {

/// What a moment's facts have to be, as JSON: a member for each fact that matters.
///
/// Shape:  a value stands for itself, a list for any of its values, null for a fact that is null or absent. An object
///         asks in other ways: `min` and `max` bound a number, `at_least_ms` and `at_most_ms` a time, less the
///         tolerance; `not` is another pattern's value that must not fit; `lacks` is an element that a list must not
///         have; `known` says whether the fact must be there.
struct Pattern {
  Json members = Json::object();
};

enum class Fit : std::uint8_t { No, Marginal, Yes };  ///< Marginal: no, but by less than the tolerance

Fit fit(const Pattern& pattern, const Json& facts, Tolerance tolerance);

/// Gives the members that do not fit, in words: what is, and what may be.
std::string misfit_in_words(const Pattern& pattern, const Json& facts, Tolerance tolerance);
std::string in_words(const Pattern& pattern);

/// A length of time that depends on the link's heartbeat interval.
struct Span {
  std::int64_t ms = 0;
  double intervals = 0;
  std::int64_t of(const Moment& moment) const {
    return ms + static_cast<std::int64_t>(intervals * static_cast<double>(moment.interval_ms));
  }
};

enum class Level : std::uint8_t { Must, Should, Unusual };
enum class Scope : std::uint8_t { Link, Shard, Process };

/// Every moment that fits `when` also fits `has`.
struct Each {
  Pattern when, has;
};

/// After a moment that fits `after` comes one that fits one of `comes`, in this time, unless another comes before.
/// A link's end takes back what was owed on it, the client's end what was owed at all.
struct Follows {
  Pattern after;
  std::vector<Pattern> comes, unless;
  Span within;
  std::optional<Span> not_before;
  Scope scope = Scope::Link;
};

/// After a moment that fits `after` none comes that fits one of `never`: for this time, or until another comes, or for
/// good.
struct Never {
  Pattern after;
  std::vector<Pattern> never, until;
  std::optional<Span> within;
  Scope scope = Scope::Link;
};

/// One sentence of the protocol as a check, as oracle/judge/rules.json has it.
struct Rule {
  std::string id;
  Level level = Level::Must;
  std::vector<std::string> requirements;
  std::string says;
  bool everywhere = false;   ///< shows alike whatever the gateway does
  bool despite_odd = false;  ///< also binds a client whose server was odd: that is what the rule is about
  std::variant<Each, Follows, Never> check;
};

/// Reads rules in the form of corpus/schema/rules.schema.json; throws for a text that is not of that form.
std::vector<Rule> read_rules(const std::string& text);

/// Gives all rules that bind clients, read once.
const std::vector<Rule>& rules();

std::string_view name_of(Level level);

}  // namespace portcullis::judge
