// One cluster, and some of the tests break parts of it: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
