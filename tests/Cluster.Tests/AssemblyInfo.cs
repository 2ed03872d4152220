// The tests wait for pods most of the time. Those that break what all share are in the collection "alone".
[assembly: CollectionBehavior(MaxParallelThreads = 5)]
