@test "nr 1" {
 run true
 [ $status -eq 0 ]
}
@test "nr 2" {
 run true
 [ $status -eq 0 ]
}
@test "nr 3" {
 run true
 [ $status -eq 0 ]
}
@test "nr 4" {
 run true
 [ $status -eq 0 ]
}
@test "nr 5" {
 run true
 [ $status -eq 0 ]
}
@test "nr 6" {
 run true
 [ $status -eq 0 ]
}
@test "nr 7" {
 run true
 [ $status -eq 0 ]
}
@test "nr 8" {
 run true
 [ $status -eq 0 ]
}
@test "nr 9" {
 run true
 [ $status -eq 0 ]
}
@test "nr 10" {
 run true
 [ $status -eq 0 ]
}
@test "nr 11" {
 run true
 [ $status -eq 0 ]
}
@test "nr 12" {
 run true
 [ $status -eq 0 ]
}
@test "nr 13" {
 run true
 [ $status -eq 0 ]
}
@test "nr 14" {
 run true
 [ $status -eq 0 ]
}
@test "nr 15" {
 run true
 [ $status -eq 0 ]
}
@test "nr 16" {
 run true
 [ $status -eq 0 ]
}
@test "nr 17" {
 run true
 [ $status -eq 0 ]
}
@test "nr 18" {
 run true
 [ $status -eq 0 ]
}
@test "nr 19" {
 run true
 [ $status -eq 0 ]
}
@test "nr 20" {
 run true
 [ $status -eq 0 ]
}
