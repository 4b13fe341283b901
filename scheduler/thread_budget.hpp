#pragma once

namespace samovar::scheduler {

// How many threads an inference of a model takes, out of those of a machine whose workers run one
// inference each at a time.
struct ThreadRequest {
    unsigned asked = 0;       // by the model itself; 0: it names no number
    unsigned usual = 1;       // what a model gets that asks for none, as far as its share goes
    unsigned cores = 1;       // of the machine: what all workers share
    unsigned workers = 1;     // that there may be at a time, this one included
    unsigned given_away = 0;  // to the other workers, each with the most that a model in it has
};

// What a model gets: what it asks for, or else the usual number, but not more than its worker's
// even share of the cores. Never more than the others have left, and never less than 1: so the sum
// over all workers is beyond the cores only where there are more workers than cores are left.
unsigned grant_threads(const ThreadRequest& request);

}  // namespace samovar::scheduler
