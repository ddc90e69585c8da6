#include <iostream>
#include "portcullis/tests/walk/mutant.h"
using namespace portcullis; using namespace portcullis::walk;
int main() {
  std::size_t noticed = 0, all = 0;
  for (std::size_t i = 0; i < session::kTable.size(); ++i) {
    const auto row = session::kTable[i];
    if (row.act == session::Action::Impossible) continue;
    auto one = [&](session::State to, session::Action act) {
      if (to == row.to && act == row.act) return;
      auto copy = row; copy.to = to; copy.act = act;
      ClientMutant m(session::kRows, i, copy);
      Tables t; t.client = m.table();
      const auto f = walk::walk(t);
      ++all; if (!f.broken.empty()) { ++noticed; return; }
      std::cout << spec::name(row.from) << " req " << id(row.req) << " " << spec::name(row.act) << "->" << spec::name(row.to) << "   BECOMES " << spec::name(act) << "->" << spec::name(to) << std::endl;
    };
    for (std::size_t s = 0; s < spec::kCount<session::State>; ++s) one(static_cast<session::State>(s), row.act);
    for (std::size_t a = 1; a < spec::kCount<session::Action>; ++a) one(row.to, static_cast<session::Action>(a));
  }
  std::cout << noticed << " of " << all << "\n";
}
